import type { PostFragment, UserFragment } from '../../../shared/fragment.ts'
import {
  compareIds,
  lowestIdAt,
  newestFirst,
  THE_BEGINNING,
  type PostId,
  type UserId,
} from '../../../shared/ids.ts'
import type { PostList } from '../../../shared/list.ts'
import { postJson } from '../../fragments/post-json.ts'
import { userJson } from '../../fragments/user-json.ts'
import type { Truth, TruthPage } from '../../ports/truth.ts'
import type { MemoryDatabase } from './database.ts'
import { viewerRecordIn } from './viewer-record.ts'
import { postRowOf } from './writes.ts'

export function memoryTruth(database: MemoryDatabase): Truth {
  const { tables } = database

  function newest(authors: ReadonlySet<UserId>, before: PostId | undefined, limit: number) {
    const ids: PostId[] = []
    for (const { id, author, isDeleted } of tables.posts.values()) {
      if (isDeleted || !authors.has(author)) continue
      if (before === undefined || compareIds(id, before) < 0) ids.push(id)
    }
    ids.sort(newestFirst)
    const page: TruthPage = {
      ids: ids.slice(0, limit),
      ended: ids.length <= limit,
      horizon: database.horizon(),
    }
    return page
  }
  const network = (viewer: UserId): ReadonlySet<UserId> =>
    new Set([
      viewer,
      ...[...tables.follow.values()].filter(({ from }) => from === viewer).map(({ to }) => to),
    ])

  return {
    timelinePage: async (viewer, before, limit) => newest(network(viewer), before, limit),
    authorPage: async (author, before, limit) => newest(new Set([author]), before, limit),
    timeline: async (viewer, postsMax) =>
      listOf(newest(network(viewer), undefined, postsMax + 1), postsMax),
    authorList: async (author, postsMax) =>
      listOf(newest(new Set([author]), undefined, postsMax + 1), postsMax),

    async posts(ids) {
      const found = new Map<PostId, PostFragment>()
      for (const id of ids) {
        const post = tables.posts.get(id)
        const author = post && tables.users.get(post.author)
        if (post === undefined || author === undefined) continue
        found.set(id, {
          author: post.author,
          version: post.version,
          authorVersion: author.version,
          json: post.isDeleted ? undefined : postJson(postRowOf(post, author)),
        })
      }
      return found
    },
    async users(ids) {
      const found = new Map<UserId, UserFragment>()
      for (const id of ids) {
        const user = tables.users.get(id)
        if (user !== undefined) found.set(id, { version: user.version, json: userJson(user) })
      }
      return found
    },
    async counts(ids) {
      const known = ids.filter((id) => tables.users.has(id))
      const none = { followers: 0, following: 0, posts: 0, version: 0 }
      return new Map(known.map((id) => [id, tables.counts.get(id) ?? none]))
    },

    viewerRecords: async (ids) =>
      new Map(
        ids.flatMap((id) => {
          const record = viewerRecordIn(database, id)
          return record === undefined ? [] : [[id, { ...record, horizon: database.horizon() }]]
        }),
      ),
    followers: async (author, after, limit) =>
      [...tables.follow.values()]
        .filter(({ from, to }) => to === author && compareIds(from, after ?? '0') > 0)
        .map(({ from }) => from)
        .toSorted(compareIds)
        .slice(0, limit),
    async pulledAuthors(sinceMs) {
      const authors = new Map<UserId, PostId>()
      const lowest = lowestIdAt(sinceMs)
      for (const { id, author, delivery } of tables.posts.values()) {
        if (delivery !== 'pull' || compareIds(id, lowest) < 0) continue
        const known = authors.get(author)
        if (known === undefined || compareIds(known, id) < 0) authors.set(author, id)
      }
      return { authors, horizon: database.horizon() }
    },
  }
}

/** The page has one more than the list keeps: the highest id that it lacks is its floor. */
const listOf = ({ ids, horizon }: TruthPage, postsMax: number): PostList => ({
  ids: ids.slice(0, postsMax),
  floor: ids[postsMax] ?? THE_BEGINNING,
  horizon,
})
