import type { Replacement } from '../oracle/plant/replacement.ts'
import type { On } from './points.ts'

/** What must turn the run red, and the point at which it shows. */
export interface Fault extends On {
  readonly name: string
  readonly points: readonly string[]
  readonly replacements: readonly Replacement[]
}

/**
 * Delivery is held to its events twice: by the position in the log and by the watermarks. So to commit
 * before the effect is to do both before it.
 */
export const PLANTED: readonly Fault[] = [
  {
    name: 'commit before the effect',
    points: ['acknowledged, not delivered'],
    replacements: [
      {
        file: 'origin/delivery/deliver.ts',
        find: '      const shared = { ...deps, session, attempts, onGivenUp: deps.observer.gaveUp }\n',
        replace: `      const shared = { ...deps, session, attempts, onGivenUp: deps.observer.gaveUp }
      if (tick !== undefined && events.length > 0) {
        const ticks = (globalThis.ticksAcknowledged ??= new Map())
        const isNew = ticks.get(partition) !== tick.n
        ticks.set(partition, tick.n)
        await claims.advance(session, tick, [])
        await commit()
        // What the tick does not have yet, the next life is given again.
        const isCovered = events.some(({ xid }) => xid < tick.horizon.xmin)
        if (isNew && isCovered) globalThis.crashPoint('acknowledged, not delivered')
      }\n`,
      },
    ],
  },
  {
    name: 'mark before the publishing',
    points: ['marked, not published'],
    log: 'kafka',
    replacements: [
      {
        file: 'origin/relay/publish-outbox.ts',
        find: 'await publisher.publish(read.events, tick)',
        replace: `{
      if (read.events.length > 0) await publications.mark(read.position)
      if (read.events.length > 0) globalThis.crashPoint('marked, not published')
      await publisher.publish(read.events, tick)
    }`,
      },
    ],
  },
  {
    name: 'an apply that is not idempotent',
    points: ['counted, not committed'],
    replacements: [
      {
        file: 'origin/count/count.ts',
        find: 'for (const user of touchedUsers(event)) touched.add(user)',
        replace: `for (const user of touchedUsers(event)) touched.add(user)
        if (event.type !== 'post.created') continue
        globalThis.postsCounted ??= new Map()
        globalThis.postsCounted.set(event.author, (globalThis.postsCounted.get(event.author) ?? 0) + 1)`,
      },
      {
        file: 'origin/adapters/postgres/counts.ts',
        find: `    posts = (
      select count(*) from posts
      where shard = shard_of(user_id) and author_id = user_id and deleted_at is null
    ),`,
        replace: `    posts = posts + coalesce((
      select more from unnest($2::bigint[], $3::bigint[]) counted(who, more) where who = user_id
    ), 0),`,
      },
      {
        file: 'origin/adapters/postgres/counts.ts',
        find: 'await client.query<Row>(RECOUNT, [users])',
        replace: `await client.query<Row>(RECOUNT, [users, ...(() => {
        const counted = users.map((user) => {
          const more = globalThis.postsCounted?.get(user) ?? 0
          globalThis.postsCounted?.delete(user)
          return more
        })
        return [users, counted]
      })()])`,
      },
    ],
  },
]
