import type { Pool } from 'pg'
import { backoffMs } from '../../../shared/backoff.ts'
import { bell, rungOrAfter } from '../../../shared/bell.ts'
import {
  DELIVERY_RANGE_LEASE_MS,
  DELIVERY_RANGES_AT_ONCE,
  DELIVERY_RANGES_POLL_MS,
} from '../../../shared/limits.ts'
import type { DeliveryRange, RangeQueue } from '../../ports/delivery-ranges.ts'
import type { Pace } from '../../ports/pace.ts'
import { RANGE_COLUMNS, rangeOf, type RangeRow } from './delivery-ranges.ts'
import { answered } from './failure.ts'

export interface RangeQueueDeps {
  readonly pool: Pool
  readonly pace: Pace
  readonly onFailure: (error: unknown) => void
}

export interface RangeQueueOptions {
  readonly leaseMs?: number
  readonly pollMs?: number
}

/** By number first: deliveries take turns, a range each. */
const TAKE = `
  update delivery_ranges set until = clock_timestamp() + $1 * interval '1 ms'
  where (delivery, number) in (
    select delivery, number from delivery_ranges
    where done_at is null and (until is null or until < clock_timestamp())
    order by number, at limit 1 for update skip locked
  )
  returning ${RANGE_COLUMNS}`

const GIVE_BACK = `
  update delivery_ranges set until = null
  where delivery = $1 and number = $2 and done_at is null`

/** The rows of the jobs are their queue: each is leased to a process, and free when that has died. */
export function postgresRangeQueue(
  { pool, pace, onFailure }: RangeQueueDeps,
  { leaseMs = DELIVERY_RANGE_LEASE_MS, pollMs = DELIVERY_RANGES_POLL_MS }: RangeQueueOptions = {},
): RangeQueue {
  const sent = bell()

  async function takeOne(): Promise<DeliveryRange | undefined> {
    const { rows } = await answered(pool.query<RangeRow>(TAKE, [leaseMs]))
    return rows.map(rangeOf)[0]
  }

  async function workOn(
    range: DeliveryRange,
    work: (range: DeliveryRange) => Promise<void>,
  ): Promise<void> {
    try {
      await work(range)
    } catch (error) {
      await answered(pool.query(GIVE_BACK, [range.delivery, range.number])).catch(onFailure)
      throw error
    }
  }

  async function workOnAny(
    work: (range: DeliveryRange) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    let failures = 0
    while (!signal.aborted) {
      const rings = sent.rings()
      try {
        const range = await takeOne()
        if (range !== undefined) await workOn(range, work)
        else await rungOrAfter({ bell: sent, rings, ms: pollMs }, pace.sleep, signal)
        failures = 0
      } catch (error) {
        onFailure(error)
        await pace.sleep(backoffMs(failures, pace.random), signal)
        failures += 1
      }
    }
  }

  return {
    // They are there since they were cut; other processes look for them by themselves.
    async send() {
      sent.ring()
    },
    async consume(work, signal) {
      const workers = Array.from({ length: DELIVERY_RANGES_AT_ONCE }, () => workOnAny(work, signal))
      await Promise.all(workers)
    },
  }
}
