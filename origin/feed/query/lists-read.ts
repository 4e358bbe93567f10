import type { WaveAnswer } from '../../../shared/feed/wave.ts'
import { bucketOfKey, type ListKey } from '../../../shared/keys.ts'
import { lowestMark, type DeliveryException, type Watermark } from '../../../shared/watermark.ts'
import type { Tail } from '../../ports/tail.ts'
import type { ReadableList } from './kept-lists.ts'

/** Lists that may be believed. */
export interface ListsRead {
  list(key: ListKey): ReadableList | undefined
  /** Published but not delivered, beside the watermarks of the lists that were asked for. */
  readonly exceptions: readonly DeliveryException[]
}

/**
 * What lies under a watermark that the tail does not take over from is absent: between the two, pushes may
 * be missing that nobody knows of. A mark that is unknown counts as lagging.
 */
export const isTrusted = (watermark: Watermark | undefined, tail: Tail): boolean => {
  const mark = watermark === undefined ? undefined : lowestMark(watermark)
  return mark !== undefined && mark.atMs >= tail.reachesToMs()
}

/** Call it with the answer at once: the tail moves on, and its reach is compared now. */
export function listsRead(answer: WaveAnswer | undefined, epoch: number, tail: Tail): ListsRead {
  if (answer === undefined) return { list: () => undefined, exceptions: [] }
  const trusted = new Map(
    [...answer.watermarks].filter(([, watermark]) => isTrusted(watermark, tail)),
  )
  return {
    list(key) {
      const bucket = bucketOfKey(key)
      const list = answer.lists.get(key)
      if (bucket === undefined || !trusted.has(bucket)) return undefined
      // Transaction ids of before a restore mean nothing now.
      return list?.horizon.epoch === epoch ? list : undefined
    },
    exceptions: [...trusted.values()].flatMap(({ exceptions }) => exceptions),
  }
}
