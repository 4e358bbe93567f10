import type { Socket } from 'node:net'
import { Redis } from 'ioredis'
import {
  REDIS_CONNECT_DEADLINE_MS,
  REDIS_DEADLINE_MS,
  REDIS_RECONNECT_FIRST_MS,
  REDIS_RECONNECT_LAST_MS,
} from '../../../shared/limits.ts'

export interface RedisConnectionOptions {
  readonly url: string
  /** Shown by CLIENT LIST. */
  readonly name: string
  /** Each lost connection and each failed attempt. The connection goes on trying by itself. */
  readonly onError: (error: Error) => void
  /** For the answer to one command. */
  readonly deadlineMs?: number
}

/**
 * A connection for pages and small writes. It fails fast: what cannot be sent now is rejected now, and
 * nothing is sent a second time, since a page can ask Postgres but cannot wait for a queue.
 */
export function redisConnection({
  url,
  name,
  onError,
  deadlineMs = REDIS_DEADLINE_MS,
}: RedisConnectionOptions): Redis {
  const redis = new Redis(url, {
    connectionName: name,
    connectTimeout: REDIS_CONNECT_DEADLINE_MS,
    commandTimeout: deadlineMs,
    // A node that hangs would gather commands without end; the connection is given up instead.
    socketTimeout: 2 * deadlineMs,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) =>
      Math.min(REDIS_RECONNECT_FIRST_MS * 2 ** Math.min(attempt, 10), REDIS_RECONNECT_LAST_MS),
    enableReadyCheck: true,
    noDelay: true,
    keepAlive: 10_000,
  })
  redis.on('error', onError)
  redis.on('connect', () => endWhenUnreadable(redis.stream))
  return redis
}

/**
 * The client's parser throws at some of what is no RESP, an array of 10^11 elements for one, where nobody can
 * catch it: in the socket's own event, which would end the process. Here the connection ends, and is made anew.
 */
function endWhenUnreadable(stream: Socket): void {
  const emit = stream.emit.bind(stream) as (event: string, ...args: unknown[]) => boolean
  stream.emit = (event: string, ...args: unknown[]): boolean => {
    if (event !== 'data') return emit(event, ...args)
    try {
      return emit(event, ...args)
    } catch (error) {
      stream.destroy(error instanceof Error ? error : new Error(String(error)))
      return true
    }
  }
}

/** Resolves when it can be used; `false` when the deadline came first. It goes on trying either way. */
export function isReadyWithin(redis: Redis, deadlineMs: number): Promise<boolean> {
  if (redis.status === 'ready') return Promise.resolve(true)
  return new Promise((resolve) => {
    const settle = (ready: boolean) => {
      clearTimeout(timer)
      redis.off('ready', onReady)
      resolve(ready)
    }
    const onReady = () => settle(true)
    const timer = setTimeout(() => settle(false), deadlineMs)
    redis.once('ready', onReady)
  })
}

/** Which connection serves a key: always the same one, or that of the node which has its slot. */
export interface RedisNodes {
  of(key: string): Redis
  /** Where an error reply sends its command to; `undefined` for one that is no redirect. */
  readonly redirected?: (reply: Error, key: string) => Redirect | undefined
}

export interface Redirect {
  readonly node: Redis
  /** For this command alone, with ASKING before it: the slot is on its way to there. */
  readonly isAsk: boolean
}

export const oneNode = (redis: Redis): RedisNodes => ({ of: () => redis })
