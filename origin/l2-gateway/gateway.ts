import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import {
  L2_GATEWAY_BODY_BYTES_MAX,
  L2_GATEWAY_CLIENT_STALL_MS,
  L2_GATEWAY_CLIENTS_MAX,
  L2_GATEWAY_CONNECT_DEADLINE_MS,
  L2_GATEWAY_DRAIN_MS,
  L2_GATEWAY_KEEP_ALIVE_MS,
  L2_GATEWAY_RECONNECT_FIRST_MS,
  L2_GATEWAY_RECONNECT_LAST_MS,
  L2_GATEWAY_REPLY_BYTES_MAX,
  L2_GATEWAY_STALL_MS,
  L2_GATEWAY_UNSENT_BYTES_MAX,
  L2_GATEWAY_WAITING_BYTES_MAX,
  L2_GATEWAY_WAITING_MAX,
  REDIS_DEADLINE_MS,
} from '../../shared/limits.ts'
import { bearerToken } from './bearer-token.ts'
import type { GatewayConfig } from './config.ts'
import { gatewayServer, type ServerLimits } from './gateway-server.ts'
import { redisLink, type LinkLimits } from './redis-link.ts'

/** Where something of interest to an operator is told; no key, value, token or address is among it. */
export interface GatewayLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void
  warn(fields: Readonly<Record<string, unknown>>, message: string): void
  error(fields: Readonly<Record<string, unknown>>, message: string): void
}

export interface GatewayLimits extends LinkLimits, ServerLimits {
  readonly replyBytesMax: number
  readonly drainMs: number
}

export const GATEWAY_LIMITS: GatewayLimits = {
  deadlineMs: REDIS_DEADLINE_MS,
  stallMs: L2_GATEWAY_STALL_MS,
  waitingMax: L2_GATEWAY_WAITING_MAX,
  waitingBytesMax: L2_GATEWAY_WAITING_BYTES_MAX,
  connectDeadlineMs: L2_GATEWAY_CONNECT_DEADLINE_MS,
  reconnectFirstMs: L2_GATEWAY_RECONNECT_FIRST_MS,
  reconnectLastMs: L2_GATEWAY_RECONNECT_LAST_MS,
  bodyBytesMax: L2_GATEWAY_BODY_BYTES_MAX,
  unsentBytesMax: L2_GATEWAY_UNSENT_BYTES_MAX,
  clientsMax: L2_GATEWAY_CLIENTS_MAX,
  clientStallMs: L2_GATEWAY_CLIENT_STALL_MS,
  keepAliveMs: L2_GATEWAY_KEEP_ALIVE_MS,
  replyBytesMax: L2_GATEWAY_REPLY_BYTES_MAX,
  drainMs: L2_GATEWAY_DRAIN_MS,
}

export interface Gateway extends AsyncDisposable {
  readonly url: string
}

/** Read-only Upstash REST in front of one Redis. It listens before Redis answers; `/readyz` tells them apart. */
export async function startGateway(
  config: GatewayConfig,
  { log, limits = GATEWAY_LIMITS }: { log: GatewayLog; limits?: GatewayLimits },
): Promise<Gateway> {
  let draining = false
  const redis = redisLink({
    url: config.redisUrl,
    limits,
    now: () => performance.now(),
    random: Math.random,
    changed: (lost) =>
      lost === undefined ? log.info({}, 'redis is connected') : log.warn({ lost }, 'redis is away'),
  })
  const server = gatewayServer({
    redis,
    limits,
    replyBytesMax: limits.replyBytesMax,
    mayRead: bearerToken(config.token),
    draining: () => draining,
    broke: (err) => log.error({ err }, 'a request failed by our own fault'),
  })

  async function close(): Promise<void> {
    draining = true
    const closed = once(server, 'close')
    server.close()
    const late = setTimeout(() => server.closeAllConnections(), limits.drainMs)
    await closed
    clearTimeout(late)
    redis.end()
  }

  try {
    server.listen(config.listen.port, config.listen.host)
    await once(server, 'listening')
  } catch (error) {
    redis.end()
    throw error
  }
  const { address, port, family } = server.address() as AddressInfo
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
  return { url, [Symbol.asyncDispose]: close }
}
