import {
  GATEWAY_LIMITS,
  startGateway,
  type Gateway,
  type GatewayLimits,
} from '../../../origin/l2-gateway/gateway.ts'
import { until } from '../../support/until.ts'

export const TOKEN = 'a-token-of-the-tests'

export interface RunningGateway extends Gateway {
  /** Every line that it logged, as JSON. */
  readonly logged: readonly string[]
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Reply>
}

export interface Reply {
  readonly status: number
  readonly json: unknown
  readonly cacheControl: string | null
}

export async function runningGateway(
  redisUrl: URL,
  limits: Partial<GatewayLimits> = {},
): Promise<RunningGateway> {
  const gateway = await listeningGateway(redisUrl, limits)
  await until(async () => (await fetch(`${gateway.url}/readyz`)).ok, 10_000, 'a ready gateway')
  return gateway
}

/** Whether Redis answers it or not. */
export async function listeningGateway(
  redisUrl: URL,
  limits: Partial<GatewayLimits> = {},
): Promise<RunningGateway> {
  const logged: string[] = []
  const line = (...parts: unknown[]): void => void logged.push(JSON.stringify(parts))
  const gateway = await startGateway(
    { redisUrl, listen: { host: '127.0.0.1', port: 0 }, token: TOKEN },
    // The deadline is not what most tests are about, and a busy machine may miss half a second.
    {
      log: { info: line, warn: line, error: line },
      limits: { ...GATEWAY_LIMITS, deadlineMs: 5_000, stallMs: 6_000, ...limits },
    },
  )
  return {
    url: gateway.url,
    logged,
    post: (path, body, headers) => post(gateway.url + path, body, headers),
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  }
}

export async function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'application/json',
      ...headers,
    },
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  })
  const { status } = response
  return {
    status,
    json: await response.json(),
    cacheControl: response.headers.get('cache-control'),
  }
}
