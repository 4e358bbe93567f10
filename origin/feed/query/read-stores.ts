import { AppError } from '../../../shared/errors.ts'
import type { WaveAnswer, WaveRequest } from '../../../shared/feed/wave.ts'
import type { Truth } from '../../ports/truth.ts'
import type { Waves } from '../../ports/waves.ts'
import type { Labels } from './labels.ts'

/** Reads without a list share one bounded number of Postgres statements with warming. */
export interface Budget {
  /** Rejects with OVERLOADED when there is no room. */
  run<Value>(work: () => Promise<Value>): Promise<Value>
}

/**
 * Redis and Postgres as one read sees them: the one place that decides what a failed store means.
 * Speed fails open: Postgres answers for Redis, what has no room is labelled and left out.
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
}

export function readStores({ waves, truth, budget }: ReadStoresDeps, labels: Labels): ReadStores {
  let redisAway = false
  let postgresFailure: AppError | undefined

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
        return await budget.run(() => ask(truth))
      } catch (error) {
        const failure = orThrow(error)
        if (failure.code !== 'OVERLOADED') postgresFailure = failure
        labels.lacks(source, failure.code === 'OVERLOADED' ? 'partial' : 'degraded')
        return undefined
      }
    },
    demand: (ask) => budget.run(() => ask(truth)),
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
