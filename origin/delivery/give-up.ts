import type { Event, LogEvent } from '../../shared/events/event.ts'
import type { UserId } from '../../shared/ids.ts'
import { DEAD_DELIVERIES_MAX } from '../../shared/limits.ts'
import type { ViewerRecord } from '../../shared/viewer-record.ts'
import type { DeliveryException } from '../../shared/watermark.ts'
import type { DeadLetters } from '../ports/dead-letters.ts'
import type { DeliverySession } from '../ports/delivery-store.ts'

export const DELIVERY_GROUP = 'deliver'

export interface GiveUpDeps {
  readonly deadLetters: Pick<DeadLetters, 'bury' | 'list'>
  readonly session: Pick<DeliverySession, 'putPosts' | 'putUsers' | 'putViewers'>
}

/**
 * Below that of every author: a text that comes with it is not the one that has both versions, so whatever is
 * stored becomes absent, and only a text of this version or a later one takes its place.
 */
const NO_AUTHOR_VERSION = -1

/**
 * Buries an event that cannot be delivered, so that those behind it can, and answers what readers have to
 * pull instead. Privacy fails closed: a deletion still becomes a tombstone, and a record whose relations
 * changed says that Postgres has to be asked. What is older than the event, texts and profiles, becomes absent:
 * tails remember for minutes that it is, and a dead letter may wait for days.
 */
export async function giveUp(
  failed: { readonly partition: number; readonly event: LogEvent; readonly attempts: number },
  error: unknown,
  event: Event | undefined,
  { deadLetters, session }: GiveUpDeps,
): Promise<DeliveryException | undefined> {
  const waiting = await deadLetters.list({
    group: DELIVERY_GROUP,
    limit: DEAD_DELIVERIES_MAX,
  })
  const isKnown = waiting.some((letter) => letter.event.id === failed.event.id)
  if (waiting.length >= DEAD_DELIVERIES_MAX && !isKnown) {
    throw new Error(`delivery stops: ${waiting.length} dead letters wait`, { cause: error })
  }
  await deadLetters.bury({ group: DELIVERY_GROUP, error: wordsOf(error), ...failed })
  if (event === undefined) return undefined
  switch (event.type) {
    case 'post.created':
      return { author: event.author, post: event.post }
    case 'post.edited': {
      const { author, post, version } = event
      const nobodys = { author, version, authorVersion: NO_AUTHOR_VERSION, json: '{}' }
      await session.putPosts(new Map([[post, nobodys]]))
      return { author, post }
    }
    case 'post.deleted':
      await session.putPosts(
        new Map([
          [
            event.post,
            { author: event.author, version: event.version, authorVersion: 0, json: undefined },
          ],
        ]),
      )
      return undefined
    case 'relation.changed':
      await session.putViewers(event.viewers.map(({ viewer, version }) => unknown(viewer, version)))
      return undefined
    case 'user.changed':
      await session.putUsers(new Map([[event.user, { version: event.version, json: '' }]]))
      return undefined
  }
}

const unknown = (viewer: UserId, version: number): ViewerRecord => ({
  viewer,
  version,
  large: true,
  follows: new Set(),
  recentFollows: [],
  recentFollowsAbove: 0,
  blocks: new Set(),
  mutes: new Set(),
})

const wordsOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error)
