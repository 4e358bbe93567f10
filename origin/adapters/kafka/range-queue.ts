import { z } from 'zod'
import { PostIdSchema, UserIdSchema } from '../../../shared/ids.ts'
import { logPartitionOf } from '../../../shared/keys.ts'
import type { DeliveryRange, RangeQueue } from '../../ports/delivery-ranges.ts'
import type { EventLog } from '../../ports/event-log.ts'
import type { PlacedMessage } from './log-entry.ts'
import type { KafkaSender } from './publisher.ts'
import type { Topics } from './topics.ts'

const Range = z.object({
  delivery: z.string(),
  number: z.number().int().nonnegative(),
  partition: z.number().int().nonnegative(),
  author: UserIdSchema,
  posts: z.array(PostIdSchema),
  after: UserIdSchema,
  upTo: UserIdSchema.optional(),
})

/** Shares the topic of the jobs among those who deliver. */
const RANGES_GROUP = 'deliver-ranges'

export interface KafkaRangeQueueDeps {
  readonly sender: Pick<KafkaSender, 'send'>
  readonly topics: Topics
  /** Over the topic of the jobs. */
  readonly log: EventLog
  readonly onStrange: (error: unknown) => void
}

/**
 * Jobs on a topic of their own, keyed by author and range: those of one author lie on all partitions, and
 * no partition of the events waits for them.
 */
export const kafkaRangeQueue = (deps: KafkaRangeQueueDeps): RangeQueue => ({
  send: (ranges) => deps.sender.send(deps.topics.ranges, ranges.map(messageOf)),
  consume: (work, signal) =>
    deps.log.consume(
      RANGES_GROUP,
      () => ({
        open: async () => ({}),
        async handle({ events, commit }) {
          for (const { event } of events) {
            // The rest comes again, to the next owner.
            if (signal.aborted) return
            const range = Range.safeParse(event)
            if (range.success) await work({ ...range.data, upTo: range.data.upTo })
            else deps.onStrange(range.error)
          }
          await commit()
        },
        close: async () => undefined,
      }),
      signal,
    ),
})

/** As an entry of the log, so that one way of reading serves both topics. */
function messageOf(range: DeliveryRange): PlacedMessage {
  const key = `${range.author}:${range.after}`
  const stamp = { id: `${range.delivery}:${range.number}`, xid: 0, atMs: 0 }
  const value = JSON.stringify({ event: { ...stamp, event: range } })
  return { partition: logPartitionOf(key), key, value }
}
