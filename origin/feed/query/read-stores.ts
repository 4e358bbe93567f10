import { AppError } from '../../../shared/errors.ts'
import type { WaveAnswer, WaveRequest } from '../../../shared/feed/wave.ts'
import { PAGE_POSTGRES_MS_MAX, PAGE_SOURCES_MS_MAX } from '../../../shared/limits.ts'
import type { Now } from '../../../shared/time.ts'
import type { Truth } from '../../ports/truth.ts'
import type { Waves } from '../../ports/waves.ts'
import type { Labels } from './labels.ts'

/** Reads without a list share one bounded number of Postgres statements with warming. */
export interface Budget {
  /** Rejects with OVERLOADED when there is no room, or no turn in time, and when the answer is late. */
  run<Value>(work: () => Promise<Value>, patience?: Patience): Promise<Value>
}

interface Patience {
  readonly turnMsMax: number
  readonly answerMsMax: number
}

/**
 * Redis and Postgres as one read sees them: the one place that decides what a failed store means.
 * Speed fails open: Postgres answers for Redis, what has no room or comes too late is labelled and left out.
 */
export interface ReadStores {
  /** `undefined`: Redis does not answer. It is not asked again by this read. */
  wave(request: WaveRequest): Promise<WaveAnswer | undefined>
  /** `undefined`: no room, or no Postgres, which is then not asked again; the page says that the source lacks. */
  truth<Value>(source: string, ask: (truth: Truth) => Promise<Value>): Promise<Value | undefined>
  /** For what has no partial answer. Rejects with what is at fault. */
  demand<Value>(ask: (truth: Truth) => Promise<Value>): Promise<Value>
  isRedisAway(): boolean
  /** Why Postgres did not answer, when it did not. */
  postgresFailure(): AppError | undefined
}

export interface ReadStoresDeps {
  readonly waves: Waves
  readonly truth: Truth
  readonly budget: Budget
  readonly now: Now
}

export function readStores(
  { waves, truth, budget, now }: ReadStoresDeps,
  labels: Labels,
): ReadStores {
  let redisAway = false
  let postgresFailure: AppError | undefined
  // One read asks several times, one after the other: what the first waited, the next ones do not have.
  let waitedMs = 0
  let answeredMs = 0

  const inTurn = async <Value>(ask: (truth: Truth) => Promise<Value>, turnMsMax: number) => {
    const askedMs = now()
    let turnMs: number | undefined
    try {
      return await budget.run(
        () => {
          turnMs = now()
          return ask(truth)
        },
        { turnMsMax: turnMsMax - waitedMs, answerMsMax: PAGE_POSTGRES_MS_MAX - answeredMs },
      )
    } finally {
      const endedMs = now()
      waitedMs += (turnMs ?? endedMs) - askedMs
      answeredMs += endedMs - (turnMs ?? endedMs)
    }
  }

  return {
    async wave(request) {
      if (redisAway) return undefined
      try {
        return await waves.send(request)
      } catch (error) {
        orThrow(error)
        redisAway = true
        labels.lacks('redis', 'degraded')
        return undefined
      }
    },
    async truth(source, ask) {
      if (postgresFailure !== undefined) {
        labels.lacks(source, 'degraded')
        return undefined
      }
      try {
        return await inTurn(ask, PAGE_SOURCES_MS_MAX)
      } catch (error) {
        const failure = orThrow(error)
        if (failure.code !== 'OVERLOADED') postgresFailure = failure
        labels.lacks(source, failure.code === 'OVERLOADED' ? 'partial' : 'degraded')
        return undefined
      }
    },
    demand: (ask) => inTurn(ask, PAGE_POSTGRES_MS_MAX),
    isRedisAway: () => redisAway,
    postgresFailure: () => postgresFailure,
  }
}

/** Only a store that did not answer may be done without; anything else is us being wrong. */
function orThrow(error: unknown): AppError {
  if (
    error instanceof AppError &&
    (error.code === 'STORE_UNAVAILABLE' || error.code === 'OVERLOADED')
  ) {
    return error
  }
  throw error
}
