import type { Now } from '../../../shared/time.ts'
import type { ViewerRecord } from '../../../shared/viewer-record.ts'
import type { ProjectionFills } from '../../ports/projection-fills.ts'
import type { Tail } from '../../ports/tail.ts'
import type { Losses } from './losses.ts'
import type { ViewerRecords } from './viewer-records.ts'

export interface PutBackDeps {
  readonly tail: Pick<Tail, 'ageMs'>
  readonly records: Pick<ViewerRecords, 'isInRedis' | 'noteInRedis'>
  readonly fills: ProjectionFills
  readonly losses: Pick<Losses, 'count'>
  readonly now: Now
  /** Runs work after the answer, bounded and observed. */
  readonly later: (work: () => Promise<void>) => void
}

/**
 * Gives Redis the records of this process's memory that it may have lost, so that readers elsewhere find
 * them again without anybody asking Postgres. They are as new as what the tail has heard.
 */
export function putBackLost(
  { tail, records, fills, losses, now, later }: PutBackDeps,
  kept: readonly ViewerRecord[],
): void {
  const lost = kept.filter(({ viewer }) => !records.isInRedis(viewer))
  if (lost.length === 0) return
  const [readAtMs, count] = [now() - tail.ageMs(), losses.count()]
  later(async () => {
    await fills.viewers(lost, readAtMs)
    for (const { viewer } of lost) records.noteInRedis(viewer, count)
  })
}
