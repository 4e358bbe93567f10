import { AppError } from '../../shared/errors.ts'
import type { Pace } from '../ports/pace.ts'
import { POSTGRES_FEED_QUEUE_MAX, POSTGRES_FEED_READS_MAX } from '../../shared/limits.ts'

/** How long somebody has who asks. */
interface Patience {
  /** For its turn: OVERLOADED after that. */
  readonly turnMsMax: number
  /** For the answer, from its turn on: STORE_UNAVAILABLE after that. */
  readonly answerMsMax: number
}

/** What pages without a list, and warming, may ask of Postgres together. */
export interface PostgresBudget {
  /**
   * Waits for its turn; rejects with OVERLOADED when too many wait already. Whose patience ends while it
   * runs is let go, but the statement keeps its place until Postgres is done with it.
   */
  run<Value>(work: () => Promise<Value>, patience?: Patience): Promise<Value>
  /** Statements under way, and those that wait for their turn. */
  readonly asked: () => number
}

export interface PostgresBudgetOptions {
  readonly readsMax?: number
  readonly queueMax?: number
  /** Absent: everybody's patience is endless. */
  readonly sleep?: Pace['sleep']
}

/**
 * After FLUSHALL every reader misses its list at once. So many are answered by Postgres as it can bear,
 * some wait, and the rest get a partial page: a stampede would take the writes down with it.
 */
export function postgresBudget({
  readsMax = POSTGRES_FEED_READS_MAX,
  queueMax = POSTGRES_FEED_QUEUE_MAX,
  sleep,
}: PostgresBudgetOptions = {}): PostgresBudget {
  const waiting = new Set<() => void>()
  let running = 0

  /** Runs `act` after the time, unless it is called off. */
  const after = (ms: number, act: () => void): (() => void) => {
    if (sleep === undefined) return () => undefined
    const calledOff = new AbortController()
    void sleep(ms, calledOff.signal).then(() => {
      if (!calledOff.signal.aborted) act()
    })
    return () => calledOff.abort()
  }

  const enter = (patience: Patience | undefined): Promise<void> => {
    if (running < readsMax) {
      running += 1
      return Promise.resolve()
    }
    const full = () => new AppError('OVERLOADED', `${waiting.size} reads wait for Postgres`)
    const isHasty = patience !== undefined && patience.turnMsMax <= 0
    if (waiting.size >= queueMax || isHasty) return Promise.reject(full())
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        if (waiting.delete(take)) reject(full())
      }
      const stay = patience === undefined ? () => undefined : after(patience.turnMsMax, giveUp)
      // Who leaves hands its place on, so `running` stays as it is.
      const take = () => {
        stay()
        resolve()
      }
      waiting.add(take)
    })
  }
  const leave = () => {
    const [next] = waiting
    if (next === undefined) {
      running -= 1
      return
    }
    waiting.delete(next)
    next()
  }
  const answer = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    try {
      return await work()
    } finally {
      leave()
    }
  }

  return {
    asked: () => running + waiting.size,
    async run(work, patience) {
      const late = () => new AppError('STORE_UNAVAILABLE', 'postgres: later than a page can wait')
      if (patience !== undefined && patience.answerMsMax <= 0) throw late()
      await enter(patience)
      const answering = answer(work)
      if (patience === undefined) return answering
      return new Promise((resolve, reject) => {
        const { answerMsMax } = patience
        const inTime = after(answerMsMax, () => reject(late()))
        void answering.then(resolve, reject).finally(inTime)
      })
    },
  }
}
