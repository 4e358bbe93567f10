import type { PostId, UserId } from '../../shared/ids.ts'

/** What is left of a large delivery when its consumer goes on: the followers above `after`. */
export interface LargeDelivery {
  /** Names one attempt at it; never used twice. */
  readonly delivery: string
  /** Of the log, whose consumer waits for it. */
  readonly partition: number
  readonly author: UserId
  readonly posts: readonly PostId[]
  readonly after: UserId
}

/** One job: the followers above `after`, up to `upTo`. Doing it twice is the same as once. */
export interface DeliveryRange extends LargeDelivery {
  readonly number: number
  /** Absent for the last one: to the end, whoever follows meanwhile. */
  readonly upTo: UserId | undefined
}

/** What is known of jobs, kept where it survives everybody who works on them. */
export interface DeliveryRanges {
  /** Cuts what is left into ranges of so many followers; none when nobody is left. */
  begin(delivery: LargeDelivery, followersMax: number): Promise<readonly DeliveryRange[]>
  /** Somebody waits for it, and it is not done. */
  isWanted(range: DeliveryRange): Promise<boolean>
  done(range: DeliveryRange): Promise<void>
  /** How many ranges are not done, for each delivery that is known. */
  left(deliveries: readonly string[]): Promise<ReadonlyMap<string, number>>
  forget(deliveries: readonly string[]): Promise<void>
  /** What earlier consumers of the partition began: their claims ended with them, and nobody waits for it. */
  clear(partition: number): Promise<void>
}

/**
 * Brings ranges to those who work on them, in every process.
 *
 * Promises: at least once, also when who works on one dies or fails; several at once, in no order.
 */
export interface RangeQueue {
  send(ranges: readonly DeliveryRange[]): Promise<void>
  /** Until the signal, and until what is in hand is finished. */
  consume(work: (range: DeliveryRange) => Promise<void>, signal: AbortSignal): Promise<void>
}
