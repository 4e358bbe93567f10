import { AppError } from '../../shared/errors.ts'
import { textTag } from '../../shared/etag.ts'
import { plainPageBytes, userJson } from '../../shared/feed/page-bytes.ts'
import type { UserId } from '../../shared/ids.ts'
import { between, isHidden, recordsAtHand, viewerBlock } from './between.ts'
import { findCounts, findUsers } from './find-users.ts'
import {
  answerOf,
  openReading,
  type ReadAnswer,
  type ReadDeps,
  type Reader,
  type Reading,
} from './open-reading.ts'

const encoder = new TextEncoder()

/** One profile, with its counts, and for a signed-in reader what holds between the two. */
export const readUser =
  (deps: ReadDeps) =>
  async ({ user: id, ...reader }: Reader & { readonly user: UserId }): Promise<ReadAnswer> => {
    const reading = await openReading(deps, reader)
    const text = (await userTexts(deps, reading, [id])).get(id)
    if (text === undefined) throw new AppError('USER_NOT_FOUND', `user ${id}`)
    return answerOf(reading, encoder.encode(text), textTag(text))
  }

/** Several profiles in the order asked for; those who do not exist or are behind a block are left out. */
export const readUsers =
  (deps: ReadDeps) =>
  async ({ ids, ...reader }: Reader & { readonly ids: readonly UserId[] }): Promise<ReadAnswer> => {
    const reading = await openReading(deps, reader)
    const wanted = [...new Set(ids)]
    const texts = await userTexts(deps, reading, wanted)
    const items = wanted.flatMap((id) => texts.get(id) ?? [])
    return answerOf(reading, plainPageBytes(items, null), textTag(items.join()))
  }

/** One wave brings profiles, counts and viewer records together. */
async function userTexts(
  deps: ReadDeps,
  reading: Reading,
  ids: readonly UserId[],
): Promise<ReadonlyMap<UserId, string>> {
  const { viewer, stores } = reading
  const { kept, unknown } = recordsAtHand(deps, viewer === undefined ? [] : [viewer, ...ids])
  const wave = await stores.wave({ users: ids, counts: ids, viewers: unknown })
  const users = await findUsers(deps, reading, ids, wave)
  const known = ids.filter((id) => users.has(id))
  const counts = await findCounts(deps, reading, known, wave)
  const relations =
    viewer === undefined ? undefined : await between(deps, reading, viewer, known, wave, kept)

  const texts = new Map<UserId, string>()
  for (const [id, { json }] of users) {
    const relation = relations?.get(id)
    if (relations !== undefined && (relation === undefined || isHidden(relation))) continue
    texts.set(id, userJson(json, counts.get(id) ?? '{}', relation && viewerBlock(relation)))
  }
  return texts
}
