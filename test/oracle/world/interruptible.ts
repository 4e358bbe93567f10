import type { Redis } from 'ioredis'
import type { RedisNodes } from '../../../origin/adapters/redis/connection.ts'

/** What happens between two commands of one wave, as it can between two that Redis is sent at once. */
export interface Interruption {
  /** After so many commands of the next wave that has more. */
  readonly after: number
  readonly happens: () => Promise<void>
}

export interface Interruptions {
  next: Interruption | undefined
}

interface Call {
  readonly command: readonly [string, ...string[]]
  readonly settle: (reply: Promise<unknown>) => void
}

/** A connection for waves: they may be interrupted, never reordered. What is called at once is one wave. */
export function interruptibleNodes(redis: Redis, interruptions: Interruptions): RedisNodes {
  let wave: Call[] = []

  /** Resolves when all were answered, well or not. */
  async function send(calls: readonly Call[]): Promise<void> {
    const replies = calls.map(({ command: [name, ...args], settle }) => {
      const reply = redis.call(name, ...args)
      settle(reply)
      return reply
    })
    await Promise.allSettled(replies)
  }
  async function flush(): Promise<void> {
    const calls = wave
    wave = []
    const { next } = interruptions
    if (next === undefined || calls.length <= next.after) return send(calls)
    interruptions.next = undefined
    await send(calls.slice(0, next.after))
    await next.happens()
    await send(calls.slice(next.after))
  }
  const call = (...command: [string, ...string[]]) =>
    new Promise((settle) => {
      if (wave.length === 0) queueMicrotask(() => void flush())
      wave.push({ command, settle })
    })
  const connection = new Proxy(redis, {
    get: (target, name) => (name === 'call' ? call : Reflect.get(target, name, target)),
  })
  return { of: () => connection }
}
