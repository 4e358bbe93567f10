import { AppError } from '../../shared/errors.ts'
import { postTag } from '../../shared/etag.ts'
import type { PostFragment } from '../../shared/fragment.ts'
import type { PostId, UserId } from '../../shared/ids.ts'
import { currentFragment } from '../feed/current-fragment.ts'
import { between, isHidden, NO_RECORDS, recordsAtHand } from './between.ts'
import {
  answerOf,
  openReading,
  type ReadAnswer,
  type ReadDeps,
  type Reader,
  type Reading,
} from './open-reading.ts'

const encoder = new TextEncoder()

/** One post. Of a blocked pair, in either direction, neither finds the other's. */
export const readPost =
  (deps: ReadDeps) =>
  async ({ post: id, ...reader }: Reader & { readonly post: PostId }): Promise<ReadAnswer> => {
    const reading = await openReading(deps, reader)
    const post = await findPost(deps, reading, id)
    if (post?.json === undefined) throw new AppError('POST_NOT_FOUND', `post ${id}`)
    if (!(await mayRead(deps, reading, id, post))) {
      throw new AppError('POST_NOT_FOUND', `post ${id} is behind a block`)
    }
    return answerOf(reading, encoder.encode(post.json), postTag(post))
  }

async function findPost(
  { tail, fills, now, later }: ReadDeps,
  {
    viewer,
    token,
    stores,
    truthFirst,
  }: Pick<Reading, 'viewer' | 'token' | 'stores' | 'truthFirst'>,
  id: PostId,
): Promise<PostFragment | undefined> {
  const vouched = await truthFirst((truth) => truth.posts([id]))
  if (vouched !== undefined) return vouched.get(id)

  const wave = await stores.wave({ posts: [id] })
  const current = currentFragment(wave, id, tail, { viewer, token })
  if (current !== undefined) return current
  const readAtMs = now()
  const read = await stores.demand((truth) => truth.posts([id]))
  if (read.size > 0 && !stores.isRedisAway()) later(() => fills.posts(read, readAtMs))
  return read.get(id)
}

async function mayRead(
  deps: ReadDeps,
  reading: Reading,
  id: PostId,
  { author }: PostFragment,
): Promise<boolean> {
  const { viewer } = reading
  if (viewer === undefined || viewer === author) return true
  const relation = deps.tail.hasHeardOf(id, author)
    ? (await relationHere(deps, reading, viewer, author)).get(author)
    : (await relationInTruth(deps, reading, viewer, author)).get(author)
  // A reader or an author who does not exist has no relationship that could be known.
  return relation !== undefined && !isHidden(relation)
}

async function relationHere(deps: ReadDeps, reading: Reading, viewer: UserId, author: UserId) {
  const { kept, unknown } = recordsAtHand(deps, [viewer, author])
  const wave = unknown.length === 0 ? undefined : await reading.stores.wave({ viewers: unknown })
  return between(deps, reading, viewer, [author], wave, kept)
}

/** A block may be older than the post, and the process has not even come to the post. */
const relationInTruth = (deps: ReadDeps, reading: Reading, viewer: UserId, author: UserId) =>
  between(
    deps,
    { ...reading, truthFirst: (ask) => reading.stores.demand(ask) },
    viewer,
    [author],
    undefined,
    NO_RECORDS,
  )
