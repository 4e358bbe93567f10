import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { partitionSteps } from '../../../../origin/adapters/postgres/partition-steps.ts'
import type { OutboxEvent } from '../../../../origin/ports/outbox.ts'
import type { Event } from '../../../../shared/events/event.ts'
import { hasXid, type Horizon } from '../../../../shared/horizon.ts'

const PARTITION = 3

/** Everything below `xmax` but those that still run. */
const horizon = (xmax: number, ...running: readonly number[]): Horizon => {
  const xip = running.filter((xid) => xid < xmax).toSorted((a, b) => a - b)
  return { epoch: 1, xmin: xip[0] ?? xmax, xmax, xip }
}
const at = (place: Horizon) => ({ horizon: place, atMs: place.xmax })
const tickOf = (place: Horizon) => ({ n: place.xmax, horizon: place, atMs: place.xmax })
const event = (xid: number, partition = PARTITION): OutboxEvent => ({
  id: String(xid),
  xid,
  key: '1' as OutboxEvent['key'],
  atMs: xid,
  event: {} as Event,
  partition,
})
const found = (from: Horizon, to: Horizon, ...events: readonly OutboxEvent[]) =>
  [from, { events, position: at(to), tick: tickOf(to) }] as const

describe('the steps of a partition', () => {
  it('are its own events, and the newest tick', () => {
    const steps = partitionSteps()
    steps.add(...found(horizon(10), horizon(12), event(10), event(11, 5)))
    steps.add(...found(horizon(12), horizon(20), event(12)))

    const taken = steps.take(PARTITION, at(horizon(10)))
    expect(taken?.events.map(({ xid }) => xid)).toEqual([10, 12])
    expect(taken?.position).toEqual(at(horizon(20)))
    expect(taken?.tick).toEqual(tickOf(horizon(20)))
  })

  it('are taken once, and go on from there', () => {
    const steps = partitionSteps()
    steps.add(...found(horizon(10), horizon(12), event(10)))
    steps.take(PARTITION, at(horizon(10)))
    expect(steps.take(PARTITION, at(horizon(12)))).toBeUndefined()

    steps.add(...found(horizon(12), horizon(13)))
    expect(steps.take(PARTITION, at(horizon(12)))?.events).toEqual([])
  })

  it('do not meet a position that is behind their beginning, or past their end', () => {
    const steps = partitionSteps()
    steps.add(...found(horizon(10), horizon(12), event(10)))
    expect(steps.take(PARTITION, at(horizon(9)))).toBeUndefined()
    expect(steps.take(PARTITION, at(horizon(10, 4)))).toBeUndefined()
    expect(steps.take(PARTITION, at(horizon(13)))).toBeUndefined()
    expect(steps.take(PARTITION, at({ ...horizon(10), epoch: 2 }))).toBeUndefined()
  })

  it('are left to the partition when they are too many for a batch', () => {
    const steps = partitionSteps(2)
    steps.add(...found(horizon(10), horizon(13), event(10), event(11), event(12)))
    expect(steps.take(PARTITION, at(horizon(10)))).toBeUndefined()
    expect(steps.take(5, at(horizon(10)))?.events).toEqual([])
  })

  it('go on from nothing once they were cleared', () => {
    const steps = partitionSteps()
    steps.add(...found(horizon(10), horizon(12), event(10)))
    steps.clear()
    expect(steps.take(PARTITION, at(horizon(10)))).toBeUndefined()
  })

  it('hand on every event once, whatever order transactions commit in and whoever reads', () => {
    const life = fc.record({ begins: fc.integer({ min: 0, max: 30 }), runs: fc.nat({ max: 12 }) })
    fc.assert(
      fc.property(
        fc.array(life, { maxLength: 30 }),
        fc.array(fc.constantFrom('look', 'take', 'ask'), { minLength: 10, maxLength: 40 }),
        (lives, moves) => {
          // Numbered as they begin; an event is visible once its transaction has ended.
          const begun = lives
            .toSorted((a, b) => a.begins - b.begins)
            .map(({ begins, runs }, xid) => ({ begins, ends: begins + runs, xid: xid + 1 }))
          const snapshot = (time: number): Horizon => {
            const known = begun.filter(({ begins }) => begins <= time)
            const running = known.filter(({ ends }) => ends > time).map(({ xid }) => xid)
            return horizon(known.length + 1, ...running)
          }
          const between = (from: Horizon, to: Horizon) =>
            begun
              .filter(({ xid }) => hasXid(to, xid) && !hasXid(from, xid))
              .map(({ xid }) => event(xid))

          const steps = partitionSteps()
          let [seen, position] = [snapshot(0), snapshot(0)]
          const handed = between(horizon(1), position).map(({ xid }) => xid)
          for (const [time, move] of [...moves.entries(), [100, 'ask'] as const]) {
            const now = snapshot(time)
            if (move === 'look') {
              steps.add(...found(seen, now, ...between(seen, now)))
              seen = now
            }
            const read =
              move === 'take'
                ? steps.take(PARTITION, at(position))
                : move === 'ask'
                  ? { events: between(position, now), position: at(now) }
                  : undefined
            if (read === undefined) continue
            handed.push(...read.events.map(({ xid }) => xid))
            position = read.position.horizon
          }
          expect(handed.toSorted((a, b) => a - b)).toEqual(begun.map(({ xid }) => xid))
        },
      ),
    )
  })
})
