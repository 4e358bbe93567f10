import type pg from 'pg'
import type { UserId } from '../../shared/ids.ts'

/** Our ids of the trace's actors, as far as they were imported. */
export async function peopleOf(
  pool: pg.Pool,
  actors: Iterable<string>,
): Promise<ReadonlyMap<string, UserId>> {
  const { rows } = await pool.query<{ id: UserId; external_id: string }>(
    'select id, external_id from users where external_id = any($1)',
    [[...new Set(actors)]],
  )
  return new Map(rows.map(({ id, external_id }) => [external_id, id]))
}

/** Anyone who follows the author, each time another one. */
export const followerOf =
  (pool: pg.Pool) =>
  async (author: UserId): Promise<UserId | undefined> => {
    const { rows } = await pool.query<{ id: UserId }>(
      `select follower_id as id from follows where followee_id = $1
       order by random() limit 1`,
      [author],
    )
    return rows[0]?.id
  }

/** List entries that the replay's pushed posts made: one for each follower, and the author's own. */
export async function pushedEntries(pool: pg.Pool, fromXid: string): Promise<number> {
  const { rows } = await pool.query<{ entries: string }>(
    `select coalesce(sum(coalesce(c.followers, 0) + 1), 0) as entries
     from outbox o left join user_counts c on c.user_id = (o.event->>'author')::bigint
     where o.xid >= $1::text::xid8 and o.event->>'type' = 'post.created'
       and o.event->>'delivery' = 'push'`,
    [fromXid],
  )
  return Number(rows[0]?.entries)
}

export async function nextXid(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ xid: string }>(
    'select pg_snapshot_xmax(pg_current_snapshot())::text as xid',
  )
  return rows[0]?.xid ?? '0'
}
