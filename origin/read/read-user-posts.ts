import { formatCursor, parseCursor } from '../../shared/cursor.ts'
import { AppError } from '../../shared/errors.ts'
import { textTag } from '../../shared/etag.ts'
import { plainPageBytes } from '../../shared/feed/page-bytes.ts'
import type { WaveAnswer } from '../../shared/feed/wave.ts'
import { THE_BEGINNING, type UserId } from '../../shared/ids.ts'
import { keys } from '../../shared/keys.ts'
import { cursorToken, formatToken, laterToken, parseToken } from '../../shared/token.ts'
import { fromLists, fromTruth, type Candidates, type Wanted } from '../feed/across-the-seam.ts'
import type { Warmer } from '../feed/effects/warm-lists.ts'
import { findFragments } from '../feed/find-fragments.ts'
import { listsRead } from '../feed/query/lists-read.ts'
import { between, isHidden, recordsAtHand, type RecordsAtHand } from './between.ts'
import { findUsers } from './find-users.ts'
import {
  answerOf,
  openReading,
  type ReadAnswer,
  type ReadDeps,
  type Reader,
  type Reading,
} from './open-reading.ts'

export interface UserPostsDeps extends ReadDeps {
  readonly warmer: Warmer
}

export interface UserPostsRequest extends Reader {
  readonly user: UserId
  readonly limit: number
  readonly cursor?: string | undefined
}

/** A profile's posts, newest first to the end of time: two waves while the author's list is warm. */
export const readUserPosts =
  (deps: UserPostsDeps) =>
  async ({ user: author, viewer, limit, ...request }: UserPostsRequest): Promise<ReadAnswer> => {
    const nowMs = deps.now()
    // Bound to no reader: the same page serves everyone who may see it.
    const cursor =
      request.cursor === undefined ? undefined : parseCursor('public', request.cursor, nowMs)
    if (cursor?.kind === 'ranked') throw new AppError('FEED_CURSOR_INVALID', 'a feed’s cursor')
    const token = laterToken(request.token, cursor && parseToken(cursor.token))
    const reading = await openReading(deps, { viewer, token })
    const { kept, unknown } = recordsAtHand(deps, viewer === undefined ? [] : [viewer, author])
    const wave = await reading.stores.wave({
      lists: [keys.authorList(author)],
      users: [author],
      viewers: unknown,
    })
    await mustBeVisible(deps, reading, author, wave, kept)

    const found = await findPosts(deps, reading, author, wave, {
      before: cursor?.before,
      limit,
      fillTo: limit,
    })
    const { stores } = reading
    const truthOnly = reading.needsPostgres && stores.postgresFailure() === undefined
    // A block may be older than a post that the process has not come to.
    const isOpen = truthOnly || viewer === undefined || viewer === author
    const ids = isOpen ? found.ids : found.ids.filter((id) => deps.tail.hasHeardOf(id, author))
    const fragments = await findFragments(
      deps,
      { viewer, token, truthOnly, stores, later: deps.later },
      ids,
    )
    const texts = ids.flatMap((id) => fragments.get(id)?.json ?? [])
    const next = found.nextBefore
    const nextCursor =
      next === null
        ? null
        : formatCursor('public', {
            kind: 'latest',
            before: next,
            token: formatToken(cursorToken(reading.asOf, token)),
            atMs: nowMs,
          })
    return answerOf(reading, plainPageBytes(texts, nextCursor), textTag(texts.join()))
  }

async function mustBeVisible(
  deps: UserPostsDeps,
  reading: Reading,
  author: UserId,
  wave: WaveAnswer | undefined,
  kept: RecordsAtHand['kept'],
): Promise<void> {
  const users = await findUsers(deps, reading, [author], wave)
  if (!users.has(author)) throw new AppError('USER_NOT_FOUND', `user ${author}`)
  const { viewer } = reading
  if (viewer === undefined || viewer === author) return
  const relation = (await between(deps, reading, viewer, [author], wave, kept)).get(author)
  if (relation === undefined || isHidden(relation)) {
    throw new AppError('USER_NOT_FOUND', `user ${author} is behind a block`)
  }
}

async function findPosts(
  { tail, warmer, later }: UserPostsDeps,
  { stores, labels, asOf, truthFirst }: Pick<Reading, 'stores' | 'labels' | 'asOf' | 'truthFirst'>,
  author: UserId,
  wave: WaveAnswer | undefined,
  wanted: Wanted,
): Promise<Candidates> {
  const ask = (...[truth, before, limit]: Parameters<Parameters<typeof fromTruth>[0]['ask']>) =>
    truth.authorPage(author, before, limit)
  const reading = { stores, labels, ask }
  const vouched = await truthFirst((truth) => ask(truth, wanted.before, wanted.limit))
  if (vouched !== undefined) {
    const nextBefore = vouched.ended ? null : (vouched.ids.at(-1) ?? null)
    return { ids: vouched.ids, nextBefore, isWhole: true, layer: 'postgres' }
  }
  const read = listsRead(wave, asOf.epoch, tail)
  const list = read.list(keys.authorList(author))
  const ids = [
    ...tail.postsOf(author).map(({ post }) => post),
    ...read.exceptions.filter((each) => each.author === author).map(({ post }) => post),
  ]
  const recent = { ids, floor: THE_BEGINNING }
  if (list !== undefined) return fromLists(reading, wanted, [list, recent])
  if (wave !== undefined) later(async () => void (await warmer.authorList(author)))
  return fromTruth(reading, wanted, { lists: [recent], lacking: ['author-lists'] })
}
