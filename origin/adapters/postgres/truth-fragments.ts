import type { Pool } from 'pg'
import type { PostFragment, UserFragment } from '../../../shared/fragment.ts'
import type { PostId, UserId } from '../../../shared/ids.ts'
import { POSTS_ASKS_MAX } from '../../../shared/limits.ts'
import type { Truth } from '../../ports/truth.ts'
import { postJson } from '../../fragments/post-json.ts'
import { userJson } from '../../fragments/user-json.ts'
import { answered } from './failure.ts'
import { gathered } from './gathered.ts'
import {
  POST_COLUMNS,
  postRow,
  USER_COLUMNS,
  userRow,
  type PostRecord,
  type UserRecord,
} from './rows.ts'

type Fragments = Pick<Truth, 'posts' | 'users' | 'counts'>

/** Lateral with a limit: one look-up an id, each in its one partition, whatever the planner expects. */
const POSTS = `
  select ${POST_COLUMNS}, p.deleted_at is not null as deleted, a.version as author_version
  from unnest($1::bigint[]) asked(id)
  cross join lateral (
    select * from posts where shard = shard_of(asked.id) and id = asked.id limit 1
  ) p
  join users a on a.id = p.author_id`

const USERS = `select ${USER_COLUMNS} from users u where u.id = any($1::bigint[])`

const COUNTS = `
  select u.id, coalesce(c.followers, 0) as followers, coalesce(c.following, 0) as following,
    coalesce(c.posts, 0) as posts, coalesce(c.version, 0) as version
  from users u left join user_counts c on c.user_id = u.id
  where u.id = any($1::bigint[])`

interface CountsRecord {
  readonly id: UserId
  readonly followers: string
  readonly following: string
  readonly posts: string
  readonly version: string
}

type PostWithVersions = PostRecord & { readonly deleted: boolean; readonly author_version: number }

export function truthFragments(pool: Pool): Fragments {
  const posts = gathered(async (asks: readonly (readonly PostId[])[]) => {
    const ids = [...new Set(asks.flat())]
    const { rows } = await answered(
      pool.query<PostWithVersions>({ name: 'truth-posts', text: POSTS, values: [ids] }),
    )
    const found = new Map(rows.map((record) => [record.id, postFragment(record)]))
    return asks.map((asked) => picked(found, asked))
  }, POSTS_ASKS_MAX)
  return fragmentsOf(pool, (ids) => (ids.length === 0 ? Promise.resolve(new Map()) : posts(ids)))
}

/** Each in a map of its own, which its reader may add to. */
function picked(
  found: ReadonlyMap<PostId, PostFragment>,
  asked: readonly PostId[],
): Map<PostId, PostFragment> {
  const posts = new Map<PostId, PostFragment>()
  for (const id of asked) {
    const fragment = found.get(id)
    if (fragment !== undefined) posts.set(id, fragment)
  }
  return posts
}

const fragmentsOf = (pool: Pool, posts: Fragments['posts']): Fragments => ({
  posts,

  async users(ids) {
    if (ids.length === 0) return new Map<UserId, UserFragment>()
    const { rows } = await answered(
      pool.query<UserRecord>({ name: 'truth-users', text: USERS, values: [ids] }),
    )
    return new Map(
      rows.map((record) => [
        record.id,
        { version: record.version, json: userJson(userRow(record)) },
      ]),
    )
  },

  async counts(ids) {
    if (ids.length === 0) return new Map()
    const { rows } = await answered(
      pool.query<CountsRecord>({ name: 'truth-counts', text: COUNTS, values: [ids] }),
    )
    return new Map(
      rows.map(({ id, followers, following, posts, version }) => [
        id,
        {
          followers: Number(followers),
          following: Number(following),
          posts: Number(posts),
          version: Number(version),
        },
      ]),
    )
  },
})

const postFragment = (record: PostWithVersions): PostFragment => ({
  author: record.author_id,
  version: record.version,
  authorVersion: record.author_version,
  json: record.deleted ? undefined : postJson(postRow(record)),
})
