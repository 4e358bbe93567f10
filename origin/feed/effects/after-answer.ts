import { AFTER_ANSWER_WORK_MAX } from '../../../shared/limits.ts'

/** Work that answers leave behind: fills and warmings. Best effort; what fails is told and forgotten. */
export interface AfterAnswer {
  readonly later: (work: () => Promise<void>) => void
  /** Resolves when all that is under way has ended: for shutdown, and for tests. */
  readonly settled: () => Promise<void>
}

export function afterAnswer(deps: {
  readonly failed: (error: unknown) => void
  readonly workMax?: number
}): AfterAnswer {
  const { failed, workMax = AFTER_ANSWER_WORK_MAX } = deps
  const underWay = new Set<Promise<void>>()

  return {
    later(work) {
      // A cold start misses everything at once; the next reader of the same finds it missing again.
      if (underWay.size >= workMax) return
      const running = work()
        .catch(failed)
        .finally(() => underWay.delete(running))
      underWay.add(running)
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}
