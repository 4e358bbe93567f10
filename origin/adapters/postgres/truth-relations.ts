import type { Pool } from 'pg'
import { ID_EPOCH_MS, type PostId, type UserId } from '../../../shared/ids.ts'
import {
  FOLLOWERS_ASKS_MAX,
  FOLLOWS_MAX,
  LIST_LIFE_MS,
  RECENT_FOLLOWS_MAX,
  RELATIONS_INLINE_MAX,
} from '../../../shared/limits.ts'
import type { Truth } from '../../ports/truth.ts'
import { answered } from './failure.ts'
import { gathered } from './gathered.ts'
import { horizonOf, onlyRow, SNAPSHOT, type SnapshotColumns } from './snapshot.ts'
import { viewerRecordOf, type ViewerColumns } from './viewer-columns.ts'

type Relations = Pick<Truth, 'viewerRecords' | 'followers' | 'pulledAuthors'>

/** A follow commits after its row's time was read; an hour is far more than any transaction may take. */
const RECENT_MS = LIST_LIFE_MS + 3_600_000

/** Each part is read to one beyond its bound, which is what tells a record that is too large. */
const VIEWERS = `
  select u.id, u.relations_version, ${SNAPSHOT},
    array(select followee_id from follows where follower_id = u.id limit ${FOLLOWS_MAX + 1}) as follows,
    array(select blocked_id from blocks where blocker_id = u.id limit ${RELATIONS_INLINE_MAX + 1}) as blocks,
    array(select muted_id from mutes where muter_id = u.id limit ${RELATIONS_INLINE_MAX + 1}) as mutes,
    (
      select coalesce(json_agg(json_build_array(recent.followee_id::text, recent.xid::text)), '[]')
      from (
        select followee_id, xid from follows
        where follower_id = u.id and created_at > clock_timestamp() - $2 * interval '1 ms'
        order by xid desc, followee_id limit ${RECENT_FOLLOWS_MAX + 2}
      ) recent
    ) as recent
  from users u where u.id = any($1::bigint[])`

/** As one text an author: rows and arrays of thousands of ids cost more to read than to find. */
const FOLLOWERS = `
  select (
    select string_agg(follower_id::text, ',' order by follower_id) from (
      select follower_id from follows
      where followee_id = asked.author and follower_id > asked.after
      order by follower_id limit asked.most
    ) chunk
  ) as followers
  from unnest($1::bigint[], $2::bigint[], $3::int[]) with ordinality asked(author, after, most, at)
  order by asked.at`

interface FollowersAsk {
  readonly author: UserId
  readonly after: UserId | undefined
  readonly limit: number
}

const PULLED = `
  select ${SNAPSHOT}, (
    select coalesce(json_agg(json_build_array(author_id::text, newest::text)), '[]')
    from (
      select author_id, max(id) as newest from posts
      where delivery = 'pull' and id >= $1 group by author_id
    ) pulled
  ) as authors`

/** 6 bits of shard and 16 of sequence lie below an id's milliseconds. */
const idAt = (timeMs: number): string =>
  (BigInt(Math.max(0, timeMs - ID_EPOCH_MS)) << 22n).toString()

export const truthRelations = (pool: Pool): Relations => {
  const followers = gathered(async (asks: readonly FollowersAsk[]) => {
    const { rows } = await answered(
      pool.query<{ followers: string | null }>({
        name: 'truth-followers',
        text: FOLLOWERS,
        values: [
          asks.map(({ author }) => author),
          asks.map(({ after }) => after ?? '0'),
          asks.map(({ limit }) => limit),
        ],
      }),
    )
    return rows.map((row) => (row.followers?.split(',') ?? []) as UserId[])
  }, FOLLOWERS_ASKS_MAX)
  return relationsOf(pool, (author, after, limit) => followers({ author, after, limit }))
}

const relationsOf = (pool: Pool, followers: Relations['followers']): Relations => ({
  followers,

  async viewerRecords(ids) {
    if (ids.length === 0) return new Map()
    const { rows } = await answered(
      pool.query<ViewerColumns>({ name: 'truth-viewers', text: VIEWERS, values: [ids, RECENT_MS] }),
    )
    return new Map(rows.map((row) => [row.id, { ...viewerRecordOf(row), horizon: horizonOf(row) }]))
  },

  async pulledAuthors(sinceMs) {
    const { rows } = await answered(
      pool.query<SnapshotColumns & { readonly authors: [UserId, PostId][] }>({
        name: 'truth-pulled',
        text: PULLED,
        values: [idAt(sinceMs)],
      }),
    )
    const row = onlyRow(rows)
    return { authors: new Map(row.authors), horizon: horizonOf(row) }
  },
})
