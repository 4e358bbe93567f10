import { hasToken, type Horizon, type Token } from '../../shared/horizon.ts'
import { TAIL_READ_MS_MAX, TAIL_WAIT_MS_MAX } from '../../shared/limits.ts'
import type { Pace } from '../ports/pace.ts'

export interface TokenWaits {
  /** Resolves to whether the tail has the token. */
  wait(token: Token): Promise<boolean>
  /** A read of everything visible has ended, which had begun at this moment. */
  caughtUp(horizon: Horizon, begunAt: number): void
  /** The outbox did not answer. */
  failed(): void
}

interface Wait {
  readonly token: Token
  readonly askedAt: number
  readonly settle: (has: boolean) => void
}

/**
 * Readers whose token is ahead. A snapshot that was taken on the primary after the token was handed out
 * has it, even while some older transaction stays open and holds xmin back; so a read that began after
 * the question answers it.
 */
export function tokenWaits(pace: Pace, readNow: () => void): TokenWaits {
  const waits = new Set<Wait>()

  return {
    wait: (token) =>
      new Promise((resolve) => {
        const over = new AbortController()
        const wait: Wait = {
          token,
          askedAt: pace.now(),
          settle(has) {
            over.abort()
            waits.delete(wait)
            resolve(has)
          },
        }
        waits.add(wait)
        void pace.sleep(TAIL_WAIT_MS_MAX, over.signal).then(() => {
          if (waits.has(wait)) readNow()
        })
        void pace.sleep(TAIL_READ_MS_MAX, over.signal).then(() => wait.settle(false))
      }),
    caughtUp(horizon, begunAt) {
      for (const wait of waits) {
        if (wait.token.epoch !== horizon.epoch) wait.settle(false)
        else if (begunAt >= wait.askedAt || hasToken(horizon, wait.token)) wait.settle(true)
      }
    },
    failed() {
      for (const wait of waits) wait.settle(false)
    },
  }
}
