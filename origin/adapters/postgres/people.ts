import type { Pool } from 'pg'
import { AppError } from '../../../shared/errors.ts'
import type { UserId } from '../../../shared/ids.ts'
import type { People, Walk, WalkPage } from '../../ports/people.ts'
import type { AuthorRow } from '../../ports/writes.ts'
import { answered } from './failure.ts'
import { millisecondsOf } from './rows.ts'
import { FROM_THE_NEWEST, walkPage } from './walk-page.ts'

interface AuthorRecord {
  readonly id: UserId
  readonly handle: string
  readonly name: string
  readonly avatar_url: string | null
  readonly verified: boolean
}

/** No block between the two, either way. `$1` is the viewer, null when nobody is signed in. */
const unblocked = (other: string): string => `not exists (
  select from blocks where (blocker_id = $1 and blocked_id = ${other})
    or (blocker_id = ${other} and blocked_id = $1))`

/** `$1` viewer, `$2` whose list, `$3` before, `$4` limit. */
const listOf = (table: string, owner: string, member: string, filter: string): string => `
  select u.id, u.handle, u.name, u.avatar_url, u.verified
  from ${table} r join users u on u.id = r.${member}
  where r.${owner} = $2 and r.${member} < $3 and ${filter}
  order by r.${member} desc limit $4`

const FOLLOWERS = listOf('follows', 'followee_id', 'follower_id', unblocked('r.follower_id'))
const FOLLOWING = listOf('follows', 'follower_id', 'followee_id', unblocked('r.followee_id'))
const BLOCKS = listOf('blocks', 'blocker_id', 'blocked_id', '$1::bigint is not null')
const MUTES = listOf('mutes', 'muter_id', 'muted_id', '$1::bigint is not null')

export function postgresPeople(pool: Pool): People {
  async function list(
    text: string,
    viewer: UserId | undefined,
    owner: UserId,
    { before, limit }: Walk,
  ): Promise<WalkPage<AuthorRow>> {
    const values = [viewer ?? null, owner, before ?? FROM_THE_NEWEST, limit + 1]
    const { rows } = await answered(pool.query<AuthorRecord>(text, values))
    const authors = rows.map(({ avatar_url, ...author }) => ({ ...author, avatarUrl: avatar_url }))
    return walkPage(authors, limit, ({ id }) => id)
  }

  async function visible(viewer: UserId | undefined, user: UserId): Promise<void> {
    const { rowCount } = await answered(
      pool.query(`select from users where id = $2 and ${unblocked('id')}`, [viewer ?? null, user]),
    )
    if (rowCount === 0) throw new AppError('USER_NOT_FOUND', 'not visible')
  }

  return {
    async followers(viewer, user, walk) {
      await visible(viewer, user)
      return list(FOLLOWERS, viewer, user, walk)
    },
    async following(viewer, user, walk) {
      await visible(viewer, user)
      return list(FOLLOWING, viewer, user, walk)
    },
    blocks: (viewer, walk) => list(BLOCKS, viewer, viewer, walk),
    mutes: (viewer, walk) => list(MUTES, viewer, viewer, walk),

    async edits(viewer, post, { before, limit }) {
      const found = await answered(
        pool.query(
          `select from posts p where p.shard = shard_of($2) and p.id = $2 and p.deleted_at is null
             and ${unblocked('p.author_id')}`,
          [viewer ?? null, post],
        ),
      )
      if (found.rowCount === 0) throw new AppError('POST_NOT_FOUND', 'not visible')
      const { rows } = await answered(
        pool.query<{ version: number; text: string; at: string }>(
          `select version, text, ${millisecondsOf('replaced_at')} as at from post_edits
           where post_id = $1 and version < $2::bigint
           order by version desc limit $3`,
          [post, before ?? FROM_THE_NEWEST, limit + 1],
        ),
      )
      const texts = rows.map(({ version, text, at }) => ({
        version,
        text,
        replacedAtMs: Number(at),
      }))
      return walkPage(texts, limit, ({ version }) => String(version))
    },
  }
}
