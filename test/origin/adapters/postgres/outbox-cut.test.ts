import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutOutbox } from '../../../../origin/adapters/postgres/outbox-cut.ts'
import type { LogEvent } from '../../../../shared/events/event.ts'
import { hasXid, horizonBelow, type Horizon } from '../../../../shared/horizon.ts'
import type { PostId, UserId } from '../../../../shared/ids.ts'

interface Transaction {
  readonly xid: number
  readonly events: number
  readonly aborts: boolean
  /** Steps from its beginning to its end. */
  readonly lasts: number
}

/** What Postgres would say, one transaction beginning each step: the next xid to complete bounds what is seen. */
function snapshotAt(step: number, all: readonly Transaction[]): Horizon {
  const begun = all.filter(({ xid }) => xid <= step)
  const hasEnded = ({ xid, lasts }: Transaction) => xid + lasts <= step
  const xmax = Math.max(0, ...begun.filter(hasEnded).map(({ xid }) => xid)) + 1
  const xip = begun.filter((each) => each.xid < xmax && !hasEnded(each)).map(({ xid }) => xid)
  return { epoch: 1, xmin: xip[0] ?? xmax, xmax, xip }
}

const eventsOf = ({ xid, events }: Transaction): LogEvent[] =>
  Array.from({ length: events }, (_, at) => ({
    id: String(xid * 100 + at),
    xid,
    key: '1',
    atMs: 0,
    event: { type: 'post.created', post: '1' as PostId, author: '1' as UserId, delivery: 'push' },
  }))

/** Whole transactions until the limit is reached, as `with ties` gives them. */
function upTo(limit: number, transactions: readonly Transaction[]): LogEvent[] {
  const read: LogEvent[] = []
  for (const transaction of transactions) {
    if (read.length >= limit) break
    read.push(...eventsOf(transaction))
  }
  return read
}

const transactions = fc
  .array(
    fc.record({
      events: fc.integer({ min: 0, max: 4 }),
      aborts: fc.boolean(),
      lasts: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 40 })),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((all) => all.map((each, at): Transaction => ({ ...each, xid: at + 1 })))

describe('a bounded read of the outbox', () => {
  it('gives every committed event once, over any sequence of steps', () => {
    fc.assert(
      fc.property(
        transactions,
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 60 }),
        (all, limit, pauses) => {
          const lastStep = all.length + 50
          const seen: string[] = []
          let position = horizonBelow(1, 0)
          const readAt = (step: number) => {
            const horizon = snapshotAt(step, all)
            const unread = all.filter(
              ({ xid, aborts }) => !aborts && hasXid(horizon, xid) && !hasXid(position, xid),
            )
            const cut = cutOutbox(
              position,
              {
                late: upTo(
                  limit,
                  unread.filter(({ xid }) => position.xip.includes(xid)),
                ),
                fresh: upTo(
                  limit,
                  unread.filter(({ xid }) => xid >= position.xmax),
                ),
                horizon,
              },
              limit,
            )
            seen.push(...cut.events.map(({ id }) => id))
            position = cut.horizon
            return cut.more
          }
          let step = 1
          for (const pause of pauses) readAt(Math.min((step += pause), lastStep))
          while (readAt(lastStep));

          const expected = all.filter(({ aborts }) => !aborts).flatMap(eventsOf)
          expect(seen.toSorted()).toEqual(expected.map(({ id }) => id).toSorted())
          expect(position).toEqual(snapshotAt(lastStep, all))
        },
      ),
      { numRuns: 1_000 },
    )
  })
})
