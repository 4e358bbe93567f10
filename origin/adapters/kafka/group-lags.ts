import type { Admin } from 'kafkajs'
import type { GroupLag, GroupLags } from '../../ports/group-lags.ts'
import type { TickTimes } from '../../ports/tick-times.ts'
import { answered } from './failure.ts'
import { committedTick } from './positions.ts'
import { endsOf, groupIdOf, type Topics } from './topics.ts'

export interface KafkaGroupLagsDeps {
  readonly admin: Admin
  readonly topics: Topics
  readonly groups: readonly string[]
  readonly ticks: Pick<TickTimes, 'newest'>
  /** How far the outbox was published: what is not there yet is in no group's lag. */
  readonly publishing: GroupLags
}

/**
 * Time between the newest tick and the one that each partition's commit names, both of Postgres; entries
 * between the end of each partition and its commit, less the ticks among them.
 */
export function kafkaGroupLags(deps: KafkaGroupLagsDeps): GroupLags {
  const { admin, topics, groups, ticks, publishing } = deps

  async function lagOf(group: string): Promise<GroupLag> {
    const groupId = groupIdOf(topics, group)
    const [newest, ends, commits] = await Promise.all([
      ticks.newest(),
      endsOf(admin, topics.events),
      answered(admin.fetchOffsets({ groupId, topics: [topics.events] }), 'offsets'),
    ])
    const committed = new Map(commits[0]?.partitions.map((each) => [each.partition, each]))
    let events = 0
    let lagMs = 0
    for (const { partition, high, low } of ends) {
      const own = committed.get(partition)
      const at = own === undefined || own.offset.startsWith('-') ? Number(low) : Number(own.offset)
      const tick = committedTick(own?.metadata ?? null)
      const ticksBehind = newest === undefined || tick === undefined ? 0 : newest.n - tick.n
      events += Math.max(0, Number(high) - at - ticksBehind)
      // A group that has never committed has only its events to be judged by.
      if (newest !== undefined && tick !== undefined) {
        lagMs = Math.max(lagMs, newest.atMs - tick.atMs)
      }
    }
    return { group, lagMs, events }
  }

  return {
    read: async () => [...(await publishing.read()), ...(await Promise.all(groups.map(lagOf)))],
  }
}
