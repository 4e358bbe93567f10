import type { MergeSource } from '../../../shared/feed/merge.ts'
import type { WaveAnswer } from '../../../shared/feed/wave.ts'
import type { Horizon } from '../../../shared/horizon.ts'
import type { PostId } from '../../../shared/ids.ts'
import { bucketOfKey, type ListKey } from '../../../shared/keys.ts'
import {
  KEPT_LISTS_BYTES_MAX,
  LIST_NEWEST_ALIKE_MIN,
  LIST_NEWEST_ELEMENTS,
} from '../../../shared/limits.ts'
import { formatMarker, type Generation } from '../../../shared/list.ts'
import { lowestMark, type DeliveryException } from '../../../shared/watermark.ts'
import type { Tail } from '../../ports/tail.ts'
import { packedIds, type PackedIds } from './packed-ids.ts'

/** A list that may be believed. */
export interface ReadableList extends MergeSource {
  readonly horizon: Horizon
}

export interface KeptList extends ReadableList {
  /** What stood beside the watermark that was read before it. */
  readonly exceptions: readonly DeliveryException[]
}

/**
 * Lists in the process's memory: an id takes eight bytes here, and a page looks at the few that it shows.
 *
 * One that was read under a watermark lacks what was delivered since, and the tail has all of that for as
 * long as it reaches back to that watermark: the same comparison as with a list that Redis answers now. Two
 * things the tail does not know: a post that its author pushed a moment ago, and that a bucket began another
 * life. So the list's newest elements and its life are still read. Those pushed since go to the front of what
 * was there; where the two do not meet, the list is another one, and is read whole.
 */
export interface KeptLists {
  has(list: ListKey): boolean
  /** Call it with the answer at once. `undefined`: it does not stand any more. */
  find(list: ListKey, answer: WaveAnswer): KeptList | undefined
  /** Keeps what the answer has of the list. */
  keep(list: ListKey, answer: WaveAnswer): void
  forget(list: ListKey): void
}

interface Entry extends KeptList {
  readonly ids: PackedIds
  readonly generation: Generation
  readonly deliveredToMs: number
  /** As Redis had them, the marker among them where the list is short. */
  readonly newest: readonly string[]
}

export interface KeptListsDeps {
  readonly tail: Pick<Tail, 'horizon' | 'reachesToMs'>
  readonly bytesMax?: number
}

export function keptLists({ tail, bytesMax = KEPT_LISTS_BYTES_MAX }: KeptListsDeps): KeptLists {
  // The first was kept longest ago. None outlives the tail's reach, so who was read last need not be known.
  const entries = new Map<ListKey, Entry>()
  let bytes = 0

  function drop(list: ListKey): void {
    const entry = entries.get(list)
    if (entry === undefined) return
    entries.delete(list)
    bytes -= bytesOf(entry)
  }

  function put(list: ListKey, entry: Entry): void {
    drop(list)
    entries.set(list, entry)
    bytes += bytesOf(entry)
    for (const oldest of entries.keys()) {
      if (bytes <= bytesMax) break
      drop(oldest)
    }
  }

  /** Transaction ids of before a restore mean nothing now. */
  const stands = ({ horizon, deliveredToMs }: Entry): boolean =>
    horizon.epoch === tail.horizon().epoch && deliveredToMs >= tail.reachesToMs()

  return {
    has(list) {
      const entry = entries.get(list)
      return entry !== undefined && stands(entry)
    },

    find(list, answer) {
      const entry = entries.get(list)
      if (entry === undefined) return undefined
      const newest = answer.newest.get(list) ?? []
      const pushed = pushedSince(newest, entry.newest)
      const isSameLife = watermarkOf(list, answer)?.generation === entry.generation
      if (pushed === undefined || !isSameLife || !stands(entry)) {
        drop(list)
        return undefined
      }
      if (pushed.length === 0) return entry
      const renewed = { ...entry, ids: entry.ids.with(pushed), newest }
      put(list, renewed)
      return renewed
    },

    keep(key, answer) {
      const list = answer.lists.get(key)
      const watermark = watermarkOf(key, answer)
      const mark = watermark && lowestMark(watermark)
      if (list === undefined || watermark === undefined || mark === undefined) return
      const { floor, horizon } = list
      const { generation, exceptions } = watermark
      const first = list.ids.slice(0, LIST_NEWEST_ELEMENTS)
      const isShort = first.length < LIST_NEWEST_ELEMENTS
      const entry = {
        ids: packedIds(list.ids),
        floor,
        horizon,
        generation,
        exceptions,
        deliveredToMs: mark.atMs,
        newest: isShort ? [...first, formatMarker({ floor, generation, horizon })] : first,
      }
      if (bytesOf(entry) <= bytesMax && stands(entry)) put(key, entry)
    },

    forget: drop,
  }
}

/**
 * What stands before the place from which on the two are the same. The same few ids may be pushed again, so
 * only a stretch of them is taken for the place; a trim changes the marker, or how far the two reach.
 */
function pushedSince(
  newest: readonly string[],
  before: readonly string[],
): readonly PostId[] | undefined {
  for (let pushed = 0; pushed < newest.length; pushed += 1) {
    const alike = newest.length - pushed
    const isStretch = alike >= LIST_NEWEST_ALIKE_MIN || alike >= before.length
    if (!isStretch) return undefined
    const isPlace = before.every((element, at) => at >= alike || element === newest[pushed + at])
    if (isPlace) return newest.slice(0, pushed) as PostId[]
  }
  return undefined
}

function watermarkOf(list: ListKey, { watermarks }: WaveAnswer) {
  const bucket = bucketOfKey(list)
  return bucket === undefined ? undefined : watermarks.get(bucket)
}

/** The numbers, their buffer, the texts of a page and sixteen more, objects and a place in the map. */
const bytesOf = ({ ids }: Pick<Entry, 'ids'>): number => 8 * ids.size + 4_000
