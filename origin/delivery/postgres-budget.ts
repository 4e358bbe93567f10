import { AppError } from '../../shared/errors.ts'
import { POSTGRES_FEED_QUEUE_MAX, POSTGRES_FEED_READS_MAX } from '../../shared/limits.ts'

/** What pages without a list, and warming, may ask of Postgres together. */
export interface PostgresBudget {
  /** Waits for its turn; rejects with OVERLOADED when too many wait already. */
  run<Value>(work: () => Promise<Value>): Promise<Value>
}

export interface PostgresBudgetOptions {
  readonly readsMax?: number
  readonly queueMax?: number
}

/**
 * After FLUSHALL every reader misses its list at once. So many are answered by Postgres as it can bear,
 * some wait, and the rest get a partial page: a stampede would take the writes down with it.
 */
export function postgresBudget({
  readsMax = POSTGRES_FEED_READS_MAX,
  queueMax = POSTGRES_FEED_QUEUE_MAX,
}: PostgresBudgetOptions = {}): PostgresBudget {
  const waiting: (() => void)[] = []
  let running = 0

  const enter = (): Promise<void> => {
    if (running < readsMax) {
      running += 1
      return Promise.resolve()
    }
    if (waiting.length >= queueMax) {
      return Promise.reject(new AppError('OVERLOADED', `${waiting.length} reads wait for Postgres`))
    }
    // Who leaves hands its place on, so `running` stays as it is.
    return new Promise((resolve) => waiting.push(resolve))
  }
  const leave = () => {
    const next = waiting.shift()
    if (next === undefined) running -= 1
    else next()
  }

  return {
    async run(work) {
      await enter()
      try {
        return await work()
      } finally {
        leave()
      }
    },
  }
}
