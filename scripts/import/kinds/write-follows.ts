import type pg from 'pg'
import { idTimeMs, type UserId } from '../../../shared/ids.ts'
import { logPartitionOf, pairKey } from '../../../shared/keys.ts'

export interface Follow {
  readonly follower: UserId
  readonly followee: UserId
  readonly at: Date | undefined
}

export const nameOf = ({ follower, followee }: { follower: string; followee: string }): string =>
  `${follower} ${followee}`

/** Each pair once, in one order, so that two who write at once do not wait for each other. */
export async function insertFollows<Edge extends Follow>(
  client: pg.ClientBase,
  edges: readonly Edge[],
): Promise<Map<string, Edge>> {
  // Who blocks meanwhile waits for this transaction, so that no follow slips in beside a block.
  await client.query('lock table blocks in share mode')
  const byName = new Map<string, Edge>()
  for (const edge of edges) if (!byName.has(nameOf(edge))) byName.set(nameOf(edge), edge)
  const once = [...byName.values()]
  const { rows } = await client.query<{ follower: string; followee: string }>(
    `insert into follows (follower_id, followee_id, created_at)
     select follower, followee, coalesce(at, clock_timestamp())
     from unnest($1::bigint[], $2::bigint[], $3::timestamptz[]) as t(follower, followee, at)
     where not exists (select from blocks where blocker_id = follower and blocked_id = followee)
       and not exists (select from blocks where blocker_id = followee and blocked_id = follower)
     order by follower, followee
     on conflict do nothing
     returning follower_id as follower, followee_id as followee`,
    [
      once.map(({ follower }) => follower),
      once.map(({ followee }) => followee),
      once.map(({ at }) => at),
    ],
  )
  const made = new Set(rows.map(nameOf))
  return new Map([...byName].filter(([name]) => made.has(name)))
}

/**
 * A viewer's record is another one now. Processes and edges that hold it hear so by an event, as they do
 * of every follow; of a viewer whom this import made nobody holds one.
 */
export async function raiseVersions(
  client: pg.ClientBase,
  made: ReadonlyMap<string, Follow>,
  startedAtMs: number,
): Promise<void> {
  const byFollower = new Map<UserId, Follow>()
  for (const edge of made.values()) byFollower.set(edge.follower, edge)
  const { rows } = await client.query<{ viewer: UserId; version: number }>(
    `with locked as (
       select id from users where id = any($1::bigint[]) order by id for no key update
     )
     update users set relations_version = relations_version + 1 from locked
     where users.id = locked.id returning users.id as viewer, relations_version as version`,
    [[...byFollower.keys()]],
  )
  const events = rows.flatMap(({ viewer, version }) => {
    const to = byFollower.get(viewer)?.followee
    if (to === undefined || idTimeMs(viewer) >= startedAtMs) return []
    const viewers = [{ viewer, version }]
    const event = { type: 'relation.changed', kind: 'follow', from: viewer, to, viewers }
    return [{ key: pairKey(viewer, to), event }]
  })
  if (events.length === 0) return
  await client.query(
    `insert into outbox (partition, key, event)
     select * from unnest($1::smallint[], $2::text[], $3::jsonb[])`,
    [
      events.map(({ key }) => logPartitionOf(key)),
      events.map(({ key }) => key),
      events.map(({ event }) => JSON.stringify(event)),
    ],
  )
}
