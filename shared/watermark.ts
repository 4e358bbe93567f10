import { LOG_PARTITIONS } from './keys.ts'
import type { PostId, UserId } from './ids.ts'
import { postId, userId } from './ids.ts'
import type { Generation } from './list.ts'

/** The tick up to which everything of one log partition was delivered to a bucket. */
export interface PartitionMark {
  readonly tick: number
  /** xmin of the tick's horizon: everything below it was delivered. */
  readonly xmin: number
  /** Postgres time at which the tick's horizon was not yet taken, in epoch milliseconds. */
  readonly atMs: number
}

/** Published, but not delivered: dead, or still with a delivery job of its own. Readers pull it. */
export interface DeliveryException {
  readonly author: UserId
  readonly post: PostId
  /** The attempt at its delivery that is under way; none for a dead one. */
  readonly delivery?: string
}

/** The hash `{b}:wm`, written behind the data that it speaks for. */
export interface Watermark {
  readonly generation: Generation
  /** By log partition; a missing one means unknown, which means lagging. */
  readonly marks: readonly (PartitionMark | undefined)[]
  readonly exceptions: readonly DeliveryException[]
}

export const watermarkFields = {
  generation: 'g',
  mark: (partition: number) => `p${partition}`,
  exceptions: (partition: number) => `x${partition}`,
} as const

/** `<tick>:<xmin>:<atMs>` */
export const formatMark = ({ tick, xmin, atMs }: PartitionMark): string => `${tick}:${xmin}:${atMs}`

function parseMark(text: string): PartitionMark | undefined {
  const match = /^(\d{1,15}):(\d{1,16}):(\d{1,15})$/.exec(text)
  if (match === null) return undefined
  return { tick: Number(match[1]), xmin: Number(match[2]), atMs: Number(match[3]) }
}

/** `author:post` or `author:post:delivery`, separated by commas. */
export const formatExceptions = (exceptions: readonly DeliveryException[]): string =>
  exceptions
    .map(({ author, post, delivery }) => [author, post, ...(delivery ? [delivery] : [])].join(':'))
    .join(',')

function parseExceptions(text: string): DeliveryException[] {
  if (text === '') return []
  return text.split(',').map((pair) => {
    const [author = '', post = '', delivery] = pair.split(':')
    const exception = { author: userId(author), post: postId(post) }
    return delivery === undefined ? exception : { ...exception, delivery }
  })
}

/** The fields of `{b}:wm` as HGETALL gives them. `undefined` without a generation. */
export function parseWatermark(fields: Readonly<Record<string, string>>): Watermark | undefined {
  const generation = fields[watermarkFields.generation]
  if (generation === undefined) return undefined
  const partitions = Array.from({ length: LOG_PARTITIONS }, (_, partition) => partition)
  return {
    generation: generation as Generation,
    marks: partitions.map((partition) => parseMark(fields[watermarkFields.mark(partition)] ?? '')),
    exceptions: partitions.flatMap((partition) =>
      parseExceptions(fields[watermarkFields.exceptions(partition)] ?? ''),
    ),
  }
}

/** The lowest of the partitions; `undefined` when one is unknown. */
export function lowestMark(watermark: Watermark): PartitionMark | undefined {
  let lowest: PartitionMark | undefined
  for (const mark of watermark.marks) {
    if (mark === undefined) return undefined
    if (lowest === undefined || mark.xmin < lowest.xmin || mark.atMs < lowest.atMs) {
      lowest = {
        tick: Math.min(mark.tick, lowest?.tick ?? mark.tick),
        xmin: Math.min(mark.xmin, lowest?.xmin ?? mark.xmin),
        atMs: Math.min(mark.atMs, lowest?.atMs ?? mark.atMs),
      }
    }
  }
  return lowest
}
