import type { Pool } from 'pg'
import type { UserId } from '../../../shared/ids.ts'
import type { CountStore } from '../../ports/count-store.ts'
import { answered } from './failure.ts'

interface Row {
  readonly user_id: UserId
  readonly followers: string
  readonly following: string
  readonly posts: string
  readonly version: string
}

const MAKE_ROWS = `
  insert into user_counts (user_id, version)
  select id, 0 from users where id = any($1) order by id
  on conflict do nothing`

const LOCK_ROWS = `select from user_counts where user_id = any($1) order by user_id for update`

const RECOUNT = `
  update user_counts set
    followers = (select count(*) from follows where followee_id = user_id),
    following = (select count(*) from follows where follower_id = user_id),
    posts = (
      select count(*) from posts
      where shard = shard_of(user_id) and author_id = user_id and deleted_at is null
    ),
    version = version + 1
  where user_id = any($1)
  returning user_id, followers, following, posts, version`

/**
 * The rows are locked in a statement of their own: the next one's snapshot is then from after whoever
 * counted before, so that a slower worker cannot write an older count under a higher version.
 */
export function postgresCounts(pool: Pool): CountStore {
  async function recount(users: readonly UserId[]): Promise<readonly Row[]> {
    const client = await pool.connect()
    let failure: Error | undefined
    try {
      await client.query('begin isolation level read committed')
      await client.query(MAKE_ROWS, [users])
      await client.query(LOCK_ROWS, [users])
      const { rows } = await client.query<Row>(RECOUNT, [users])
      await client.query('commit')
      return rows
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error))
      throw error
    } finally {
      // A connection that failed in the middle is not used again: that ends its transaction too.
      client.release(failure)
    }
  }

  return {
    async recount(users) {
      const rows = users.length === 0 ? [] : await answered(recount(users))
      return new Map(
        rows.map(({ user_id, followers, following, posts, version }) => [
          user_id,
          {
            followers: Number(followers),
            following: Number(following),
            posts: Number(posts),
            version: Number(version),
          },
        ]),
      )
    },
  }
}
