import type { Pool } from 'pg'
import { THE_BEGINNING, type PostId, type UserId } from '../../../shared/ids.ts'
import type { PostList } from '../../../shared/list.ts'
import type { Truth, TruthPage } from '../../ports/truth.ts'
import { answered } from './failure.ts'
import { horizonOf, onlyRow, SNAPSHOT, type SnapshotColumns } from './snapshot.ts'

type Timelines = Pick<Truth, 'timelinePage' | 'authorPage' | 'timeline' | 'authorList'>

/** Above every id. */
const NO_BOUND = '9223372036854775807'

/** One author's newest posts: a descent of one index in the one partition that its posts are in. */
const NEWEST_OF = (author: string, limit: string, more = '') => `
  select p.id from posts p
  where p.shard = shard_of(${author}) and p.author_id = ${author} and p.deleted_at is null
    and p.id < $2 ${more}
  order by p.id desc limit ${limit}`

/**
 * The newest $3 + 1 posts of everyone followed and the viewer, below $2. A first look takes a few of each
 * author; the (n + 1)th of what it finds bounds the rest from below, so that 10,000 follows cost about
 * as many index descents as there are authors, and not the whole history of each.
 */
const TIMELINE = `
  with authors as materialized (
    select followee_id as id from follows where follower_id = $1
    union select $1::bigint
  ), first as materialized (
    select newest.id
    from authors cross join lateral (${NEWEST_OF(
      'authors.id',
      '1 + ($3::int + 1) / (select count(*)::int from authors)',
    )}) newest
  ), bound as materialized (
    select coalesce((select id from first order by id desc offset $3::int limit 1), 0) as id
  )
  select ${SNAPSHOT}, array(
    select newest.id
    from authors cross join lateral (${NEWEST_OF(
      'authors.id',
      '$3::int + 1',
      'and p.id >= (select id from bound)',
    )}) newest
    order by newest.id desc limit $3::int + 1
  ) as ids`

const AUTHOR = `select ${SNAPSHOT}, array(${NEWEST_OF('$1::bigint', '$3::int + 1')}) as ids`

interface IdsRow extends SnapshotColumns {
  readonly ids: PostId[]
}

export function truthTimelines(pool: Pool): Timelines {
  const newest = async (
    name: string,
    text: string,
    owner: UserId,
    before: PostId | undefined,
    limit: number,
  ): Promise<TruthPage> => {
    const values = [owner, before ?? NO_BOUND, limit]
    const { rows } = await answered(pool.query<IdsRow>({ name, text, values }))
    const row = onlyRow(rows)
    return {
      ids: row.ids.slice(0, limit),
      ended: row.ids.length <= limit,
      horizon: horizonOf(row),
    }
  }
  const timelinePage: Timelines['timelinePage'] = (viewer, before, limit) =>
    newest('truth-timeline', TIMELINE, viewer, before, limit)
  const authorPage: Timelines['authorPage'] = (author, before, limit) =>
    newest('truth-author', AUTHOR, author, before, limit)

  return {
    timelinePage,
    authorPage,
    timeline: async (viewer, postsMax) =>
      listOf(await timelinePage(viewer, undefined, postsMax + 1), postsMax),
    authorList: async (author, postsMax) =>
      listOf(await authorPage(author, undefined, postsMax + 1), postsMax),
  }
}

/** The page has one more than the list keeps: the highest id that it lacks is its floor. */
const listOf = ({ ids, horizon }: TruthPage, postsMax: number): PostList => ({
  ids: ids.slice(0, postsMax),
  floor: ids[postsMax] ?? THE_BEGINNING,
  horizon,
})
