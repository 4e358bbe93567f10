import { AppError } from '../../../shared/errors.ts'
import { WRITE_TURN_MS_MAX, WRITE_TURNS_WAITING_MAX } from '../../../shared/limits.ts'
import type { Pace } from '../../ports/pace.ts'

export interface RowTurnsOptions {
  readonly sleep: Pace['sleep']
  readonly waitingMax?: number
  readonly waitMsMax?: number
}

/**
 * Transactions of this process that lock the same user's rows take turns before they take a connection:
 * waiting for each other inside Postgres, sixteen of them would hold every connection that writes have.
 * A turn of several users is had in the order of their ids, so that no two wait for each other.
 */
export interface RowTurns {
  readonly inTurn: <Result>(
    users: readonly string[],
    work: () => Promise<Result>,
  ) => Promise<Result>
}

export function rowTurns({
  sleep,
  waitingMax = WRITE_TURNS_WAITING_MAX,
  waitMsMax = WRITE_TURN_MS_MAX,
}: RowTurnsOptions): RowTurns {
  /** Whose turn it is has an entry; those behind it wait in it. */
  const lines = new Map<string, Set<() => void>>()

  function enter(user: string): Promise<void> {
    const line = lines.get(user)
    if (line === undefined) {
      lines.set(user, new Set())
      return Promise.resolve()
    }
    const waiting = () => `${line.size} writes of one user wait`
    if (line.size >= waitingMax) return Promise.reject(new AppError('OVERLOADED', waiting()))
    return new Promise((resolve, reject) => {
      const called = new AbortController()
      const take = () => {
        called.abort()
        resolve()
      }
      line.add(take)
      void sleep(waitMsMax, called.signal).then(() => {
        // Whoever has the turn waits for Postgres, and is told so in the end.
        if (line.delete(take)) reject(new AppError('STORE_UNAVAILABLE', waiting()))
      })
    })
  }

  function leave(user: string): void {
    const line = lines.get(user)
    const [next] = line ?? []
    if (line === undefined || next === undefined) {
      lines.delete(user)
      return
    }
    line.delete(next)
    next()
  }

  async function inTurn<Result>(
    [first, ...others]: readonly string[],
    work: () => Promise<Result>,
  ): Promise<Result> {
    if (first === undefined) return work()
    await enter(first)
    try {
      return await inTurn(others, work)
    } finally {
      leave(first)
    }
  }

  return { inTurn: (users, work) => inTurn([...new Set(users)].toSorted(), work) }
}
