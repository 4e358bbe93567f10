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

interface Batch {
  readonly length: number
  call(name: string, ...args: string[]): unknown
  exec(): Promise<[Error | null, unknown][] | null>
}

/** A connection for waves: they may be interrupted, never reordered. */
export function interruptibleNodes(redis: Redis, interruptions: Interruptions): RedisNodes {
  const send = async (calls: readonly (readonly [string, ...string[]])[]) => {
    const batch = redis.pipeline()
    for (const [name, ...args] of calls) batch.call(name, ...args)
    return (await batch.exec()) ?? []
  }
  const pipeline = (): Batch => {
    const calls: [string, ...string[]][] = []
    return {
      get length() {
        return calls.length
      },
      call: (...call) => calls.push(call),
      async exec() {
        const { next } = interruptions
        if (next === undefined || calls.length <= next.after) return send(calls)
        interruptions.next = undefined
        const before = await send(calls.slice(0, next.after))
        await next.happens()
        return [...before, ...(await send(calls.slice(next.after)))]
      },
    }
  }
  const connection = new Proxy(redis, {
    get: (target, name) => (name === 'pipeline' ? pipeline : Reflect.get(target, name, target)),
  })
  return { of: () => connection }
}
