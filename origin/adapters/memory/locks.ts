import { AppError } from '../../../shared/errors.ts'

export interface Locks<Owner> {
  /** Waits for the owner before. Of two that wait for each other the later one is refused. */
  take(name: string, owner: Owner): Promise<void>
  /** All that the owner holds, or waits for. */
  release(owner: Owner): void
}

interface Waiter<Owner> {
  readonly owner: Owner
  readonly wake: () => void
}

interface Lock<Owner> {
  owner: Owner
  readonly waiting: Waiter<Owner>[]
}

/** Two writers waited for each other: the one that is told so may begin again. */
export const isDeadlock = (error: unknown): boolean =>
  error instanceof AppError && error.message.startsWith('deadlock')

export function memoryLocks<Owner>(): Locks<Owner> {
  const locks = new Map<string, Lock<Owner>>()
  const waitsFor = new Map<Owner, string>()

  function isCycle(name: string, owner: Owner): boolean {
    for (let at: string | undefined = name; at !== undefined;) {
      const holder: Owner | undefined = locks.get(at)?.owner
      if (holder === owner) return true
      at = holder === undefined ? undefined : waitsFor.get(holder)
    }
    return false
  }

  return {
    take(name, owner) {
      const lock = locks.get(name)
      if (lock === undefined) locks.set(name, { owner, waiting: [] })
      if (lock === undefined || lock.owner === owner) return Promise.resolve()
      if (isCycle(name, owner)) {
        return Promise.reject(new AppError('STORE_UNAVAILABLE', `deadlock over ${name}`))
      }
      waitsFor.set(owner, name)
      return new Promise((resolve) => lock.waiting.push({ owner, wake: resolve }))
    },
    release(owner) {
      waitsFor.delete(owner)
      for (const [name, lock] of locks) {
        const at = lock.waiting.findIndex((waiter) => waiter.owner === owner)
        if (at >= 0) lock.waiting.splice(at, 1)
        if (lock.owner !== owner) continue
        const next = lock.waiting.shift()
        if (next === undefined) {
          locks.delete(name)
          continue
        }
        lock.owner = next.owner
        waitsFor.delete(next.owner)
        next.wake()
      }
    },
  }
}
