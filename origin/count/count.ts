import type { UserId } from '../../shared/ids.ts'
import { COUNTS_EVERY_MS } from '../../shared/limits.ts'
import { readableEvents } from '../log/readable-events.ts'
import type { EventLog, PartitionConsumer } from '../ports/event-log.ts'
import { recounter, type Recounter, type RecounterDeps } from './recounter.ts'
import { touchedUsers } from './touched-users.ts'

export const COUNT_GROUP = 'count'

export interface CountDeps extends RecounterDeps {
  readonly log: EventLog
}

/**
 * Counts are absolute values from Postgres: an event only says whose are to be counted again, so that one
 * that comes twice, late or not at all in order leaves the same number.
 */
export async function count({ log, ...deps }: CountDeps, signal: AbortSignal): Promise<void> {
  const shared = recounter(deps, signal)
  await log.consume(COUNT_GROUP, () => countedPartition(shared, deps), signal)
}

/** Gathers for a second, then counts and commits: until then what it gathered comes again after a crash. */
function countedPartition(
  shared: Recounter,
  { pace }: Pick<RecounterDeps, 'pace'>,
): PartitionConsumer {
  const touched = new Set<UserId>()
  let countedAt = Number.NEGATIVE_INFINITY

  return {
    open: async () => ({}),
    async handle({ events, commit }) {
      for (const { event } of readableEvents(events)) {
        for (const user of touchedUsers(event)) touched.add(user)
      }
      // The next tick brings us back, if no event does.
      if (touched.size > 0 && pace.now() - countedAt < COUNTS_EVERY_MS) return
      if (touched.size > 0) {
        await shared.recount(touched)
        countedAt = pace.now()
        touched.clear()
      }
      await commit()
    },
    close: async () => undefined,
  }
}
