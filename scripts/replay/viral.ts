import type pg from 'pg'
import { postgresCounts } from '../../origin/adapters/postgres/counts.ts'
import { transaction } from '../../origin/adapters/postgres/transaction.ts'
import type { UserId } from '../../shared/ids.ts'
import { FOLLOWS_MAX } from '../../shared/limits.ts'
import { insertFollows, raiseVersions } from '../import/kinds/write-follows.ts'
import { FOLLOWERS_CHUNK } from './limits.ts'

const HANDLE = 'everybodys_darling'

/** One author whom everybody follows who may. Made once; a later burst finds it as it was. */
export async function viralAuthor(
  pool: pg.Pool,
  onProgress: (followers: number) => void,
): Promise<UserId> {
  const { rows } = await pool.query<{ id: UserId }>(
    `with made as (
       insert into users (handle, name) values ($1, 'Everybody’s Darling')
       on conflict do nothing returning id
     )
     select id from made union all select id from users where handle = $1`,
    [HANDLE],
  )
  const author = rows[0]?.id
  if (author === undefined) throw new Error(`The handle ${HANDLE} is another user’s.`)

  let followers = 0
  for (;;) {
    const made = await transaction(pool, async (client) => {
      const { rows: missing } = await client.query<{ id: UserId }>(
        `select id from users u where id <> $1
           and not exists (select from follows where follower_id = u.id and followee_id = $1)
           and not exists (select from blocks where (blocker_id = u.id and blocked_id = $1)
             or (blocker_id = $1 and blocked_id = u.id))
           and (select count(*) from follows where follower_id = u.id) < $2
         limit $3`,
        [author, FOLLOWS_MAX, FOLLOWERS_CHUNK],
      )
      const edges = missing.map(({ id }) => ({ follower: id, followee: author, at: undefined }))
      const inserted = await insertFollows(client, edges)
      // All of them are told, as if each had followed by itself.
      await raiseVersions(client, inserted, Number.POSITIVE_INFINITY)
      return inserted.size
    })
    if (made === 0) break
    followers += made
    onProgress(followers)
  }
  await postgresCounts(pool).recount([author])
  return author
}

/** Other people who read meanwhile: as many as there are, up to the number. */
export async function someReaders(
  pool: pg.Pool,
  author: UserId,
  readersMax: number,
): Promise<readonly UserId[]> {
  const { rows } = await pool.query<{ id: UserId }>(
    'select id from users where id <> $1 order by md5(id::text) limit $2',
    [author, readersMax],
  )
  return rows.map(({ id }) => id)
}
