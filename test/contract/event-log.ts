import { describe, expect, it, onTestFinished } from 'vitest'
import type { EventLog, LogBatch, PartitionConsumer } from '../../origin/ports/event-log.ts'
import type { LogEvent } from '../../shared/events/event.ts'
import { LOG_PARTITIONS } from '../../shared/keys.ts'
import { until } from '../support/until.ts'

/** One log with the processes that read it. */
export interface LogUnderTest {
  /** Another process. */
  member(): Promise<LogMember>
  /** Appends an event of the key; answers a number that names it and rises within the key. */
  publish(key: string): Promise<string>
  /** Makes the next tick; answers its number. */
  tick(): Promise<number>
}

export interface LogMember {
  readonly log: EventLog
  /** From now on it reaches nothing, and gave nothing back: kill -9. */
  crash(): Promise<void>
}

interface Group {
  readonly name: string
  readonly handled: LogEvent[]
  readonly partitions: Set<number>
}

const idsOf = (events: readonly LogEvent[]) => events.map(({ id }) => id)

/** At least once: where a slow machine makes a group share its partitions anew, some come again. */
const distinct = (events: readonly LogEvent[]) => [...new Set(idsOf(events))]

/** What an EventLog is. Each adapter's test calls this with a way to make one; leases there are short. */
export function eventLogContract(make: () => Promise<LogUnderTest>) {
  const aGroup = (name = 'group'): Group => ({ name, handled: [], partitions: new Set() })

  function run(log: EventLog, group: Group, consumer: Partial<PartitionConsumer> = {}) {
    const stopping = new AbortController()
    const make = (partition: number): PartitionConsumer => ({
      async open() {
        group.partitions.add(partition)
        return {}
      },
      async handle(batch) {
        group.handled.push(...batch.events)
        await batch.commit()
      },
      async close() {
        group.partitions.delete(partition)
      },
      ...consumer,
    })
    const ended = log.consume(group.name, make, stopping.signal)
    const stop = async () => {
      stopping.abort()
      await ended
    }
    onTestFinished(stop)
    return { stop }
  }

  const publishMany = async (log: LogUnderTest, count: number, keys = 20) => {
    const ids: string[] = []
    await Promise.all(
      Array.from({ length: keys }, async (_, key) => {
        for (let at = 0; at < count / keys; at += 1) ids.push(await log.publish(`${key + 1}`))
      }),
    )
    return ids
  }

  describe('an event log', () => {
    it('hands out every event, those of a key in order', async () => {
      const log = await make()
      const { log: reader } = await log.member()
      const group = aGroup()
      run(reader, group)
      const published = await publishMany(log, 200)
      await until(() => distinct(group.handled).length === 200)

      expect(distinct(group.handled).toSorted()).toEqual(published.toSorted())
      for (const events of Map.groupBy(group.handled, ({ key }) => key).values()) {
        const order = distinct(events)
        expect(order).toEqual(order.toSorted((a, b) => Number(a) - Number(b)))
      }
    })

    it('gives each group everything', async () => {
      const log = await make()
      const { log: reader } = await log.member()
      const [first, second] = [aGroup('first'), aGroup('second')]
      run(reader, first)
      run(reader, second)
      const published = await publishMany(log, 40)
      await until(() => [first, second].every(({ handled }) => distinct(handled).length === 40))

      expect(distinct(second.handled).toSorted()).toEqual(published.toSorted())
    })

    it('goes on where it committed', async () => {
      const log = await make()
      const { log: reader } = await log.member()
      const group = aGroup()
      const { stop } = run(reader, group)
      await publishMany(log, 40)
      await until(() => distinct(group.handled).length === 40)
      await stop()
      const again = aGroup()
      run(reader, again)
      const fresh = await log.publish('7')
      await until(() => again.handled.length > 0)

      expect(idsOf(again.handled)).toEqual([fresh])
    })

    it('hands out again what was not committed, after a consumer failed', async () => {
      const log = await make()
      const { log: reader } = await log.member()
      const group = aGroup()
      const seen: string[] = []
      run(reader, group, {
        async handle({ events, commit }) {
          seen.push(...idsOf(events))
          if (events.length > 0 && seen.length === events.length) throw new Error('once')
          group.handled.push(...events)
          await commit()
        },
      })
      const event = await log.publish('7')
      await until(() => group.handled.length > 0)

      expect(seen).toEqual([event, event])
      expect(idsOf(group.handled)).toEqual([event])
    })

    it('hands out again what was not committed, to another process after a crash', async () => {
      const log = await make()
      const dying = await log.member()
      const seen: string[] = []
      run(dying.log, aGroup(), {
        async handle({ events }) {
          seen.push(...idsOf(events))
        },
      })
      const published = await publishMany(log, 40)
      await until(() => new Set(seen).size === 40)
      await dying.crash()
      const group = aGroup()
      run((await log.member()).log, group)
      await until(() => distinct(group.handled).length === 40)

      expect(distinct(group.handled).toSorted()).toEqual(published.toSorted())
    })

    it('shares partitions between two processes, and loses nothing while they change hands', async () => {
      const log = await make()
      const [first, second] = [aGroup(), aGroup()]
      run((await log.member()).log, first)
      await until(() => first.partitions.size === LOG_PARTITIONS)
      const publishing = publishMany(log, 200)
      const { stop } = run((await log.member()).log, second)
      await until(() => first.partitions.size === 4 && second.partitions.size === 4)
      const published = await publishing
      const handled = () => distinct([...first.handled, ...second.handled])
      await until(() => handled().length === 200)
      await stop()
      await until(() => first.partitions.size === LOG_PARTITIONS)
      const last = await log.publish('3')
      await until(() => handled().includes(last))

      expect(handled().toSorted()).toEqual([...published, last].toSorted())
    })

    it('refuses the commit of an owner that another one has followed', async () => {
      const log = await make()
      const [slow, next] = [await log.member(), await log.member()]
      const group = aGroup()
      let held: LogBatch | undefined
      let goOn = () => {}
      const gate = new Promise<void>((resolve) => (goOn = resolve))
      run(slow.log, aGroup(), {
        async handle(batch) {
          if (batch.events.length === 0) return
          held = batch
          await gate
        },
      })
      // Asked to stop after this test, it first finishes what it has in hand.
      onTestFinished(() => goOn())
      await log.publish('7')
      await until(() => held !== undefined)
      await slow.crash()
      run(next.log, group)
      await until(() => group.handled.length > 0)

      await expect(held?.commit()).rejects.toThrow(/./)
    })

    it('brings ticks to every partition, also to one without events', async () => {
      const log = await make()
      const ticks = new Map<number, number>()
      run((await log.member()).log, aGroup(), {
        async handle({ partition, tick, commit }) {
          if (tick !== undefined) ticks.set(partition, tick.n)
          await commit()
        },
      })
      await log.publish('7')
      const n = await log.tick()
      await until(() => [...ticks.values()].filter((each) => each === n).length === LOG_PARTITIONS)

      expect(ticks.size).toBe(LOG_PARTITIONS)
    })

    it('goes back to the tick that a consumer asks for', async () => {
      const log = await make()
      const { log: reader } = await log.member()
      await publishMany(log, 20)
      const n = await log.tick()
      const later = await publishMany(log, 20)
      const group = aGroup()
      const { stop } = run(reader, group)
      await until(() => distinct(group.handled).length === 40)
      await stop()
      const again = aGroup()
      run(reader, again, { open: async () => ({ fromTick: n }) })
      await until(() => distinct(again.handled).length >= 20)

      expect(distinct(again.handled).toSorted()).toEqual(later.toSorted())
    })
  })
}
