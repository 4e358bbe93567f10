import { describe, expect, it, onTestFinished } from 'vitest'
import type { EventLog, LogBatch, PartitionConsumer } from '../../../../origin/ports/event-log.ts'
import { LOG_PARTITIONS, logPartitionOf } from '../../../../shared/keys.ts'
import {
  aMember,
  aPublisher,
  makeTick,
  send,
  writeEvent,
  writeEvents,
  keysInTurns,
} from '../../../support/kafka-log.ts'
import { freshTopics, needs } from '../../../support/kafka.ts'
import { freshPool } from '../../../support/pool.ts'
import { until } from '../../../support/until.ts'

needs('kafka')

/** Brokers and groups take seconds on a busy machine; what is waited for comes once. */
const PATIENCE_MS = 45_000

/** Who has what open now, over all processes, and whether two ever had the same. */
interface Owners {
  readonly open: Map<number, number>
  readonly shared: number[]
}

function consume(
  log: EventLog,
  owners: Owners,
  handle: (batch: LogBatch) => Promise<void>,
): { readonly mine: Set<number>; stop(): Promise<void> } {
  const stopping = new AbortController()
  const mine = new Set<number>()
  const make = (partition: number): PartitionConsumer => ({
    async open() {
      const count = (owners.open.get(partition) ?? 0) + 1
      owners.open.set(partition, count)
      if (count > 1) owners.shared.push(partition)
      mine.add(partition)
      return {}
    },
    handle,
    async close() {
      owners.open.set(partition, (owners.open.get(partition) ?? 1) - 1)
      mine.delete(partition)
    },
  })
  const ended = log.consume('group', make, stopping.signal)
  const stop = async () => {
    stopping.abort()
    await ended
  }
  onTestFinished(stop)
  return { mine, stop }
}

/** Ticks as the leader makes them, as fast as the broker takes them, until the test has finished. */
function keepTicking(pool: Parameters<typeof makeTick>[0]): void {
  let isOver = false
  onTestFinished(() => void (isOver = true))
  const tick = async (n: number): Promise<void> => {
    if (isOver) return
    await makeTick(pool, n)
    await tick(n + 1)
  }
  void tick(1).catch(() => undefined)
}

describe('the event log on Kafka', () => {
  it('finishes what is in hand before a partition changes hands, and repeats none of it', async () => {
    const { pool } = await freshPool(8)
    const topics = await freshTopics()
    aPublisher(pool, topics)
    const owners: Owners = { open: new Map(), shared: [] }
    const handled: string[] = []
    const gate = Promise.withResolvers<void>()
    let inHand = 0
    const first = consume(
      (await aMember(pool, topics, { rebalanceMs: 20_000 })).log,
      owners,
      async (batch) => {
        if (batch.events.length > 0) {
          inHand += 1
          await gate.promise
        }
        handled.push(...batch.events.map(({ id }) => id))
        await batch.commit()
      },
    )
    onTestFinished(() => gate.resolve())
    await until(() => first.mine.size === LOG_PARTITIONS, PATIENCE_MS)
    const ids = await writeEvents(pool, keysInTurns(20, 1))
    keepTicking(pool)
    await until(() => inHand > 0, PATIENCE_MS)
    const second = consume(
      (await aMember(pool, topics, { rebalanceMs: 20_000 })).log,
      owners,
      async (batch) => {
        handled.push(...batch.events.map(({ id }) => id))
        await batch.commit()
      },
    )
    // Idle partitions are let go at once: the group is being shared, and waits for those in hand.
    await until(() => first.mine.size < LOG_PARTITIONS, PATIENCE_MS)
    expect(second.mine.size).toBe(0)
    gate.resolve()
    await until(() => first.mine.size === 4 && second.mine.size === 4, PATIENCE_MS)
    ids.push(...(await writeEvents(pool, keysInTurns(20, 10))))
    await until(() => handled.length >= ids.length, PATIENCE_MS)

    expect(handled.toSorted()).toEqual(ids.toSorted())
    expect(owners.shared).toEqual([])
  })

  it('goes on without a member that hangs, and takes no commit of it', async () => {
    const { pool } = await freshPool(8)
    const topics = await freshTopics()
    aPublisher(pool, topics)
    const owners: Owners = { open: new Map(), shared: [] }
    const gate = Promise.withResolvers<void>()
    let hung: LogBatch | undefined
    const slow = await aMember(pool, topics, { rebalanceMs: 1_000 })
    const key = '7'
    consume(slow.log, owners, async (batch) => {
      if (batch.events.length === 0) return
      hung ??= batch
      await gate.promise
    })
    // Before it is asked to stop: it first finishes what it has in hand.
    onTestFinished(() => gate.resolve())
    await writeEvent(pool, key)
    keepTicking(pool)
    await until(() => hung !== undefined, PATIENCE_MS)
    const partition = logPartitionOf(key)
    const others = [await aMember(pool, topics), await aMember(pool, topics)]
    const handled: string[] = []
    for (const { log } of others) {
      consume(log, owners, async (batch) => {
        if (batch.partition === partition) handled.push(...batch.events.map(({ id }) => id))
        await batch.commit()
      })
    }
    // It still beats, so it keeps a share; cut off it loses that one too.
    slow.cut()
    await until(() => handled.length === 1, PATIENCE_MS)

    await expect(hung?.commit()).rejects.toMatchObject({ code: 'LOG_PARTITION_LOST' })
  })

  it('lets a slow partition hold up no other one', async () => {
    const { pool } = await freshPool(8)
    const topics = await freshTopics()
    aPublisher(pool, topics)
    const gate = Promise.withResolvers<void>()
    const handled = new Set<string>()
    const stuck = logPartitionOf('1')
    const owners: Owners = { open: new Map(), shared: [] }
    consume((await aMember(pool, topics)).log, owners, async ({ partition, events, commit }) => {
      if (partition === stuck && events.length > 0) await gate.promise
      for (const { key } of events) handled.add(key)
      await commit()
    })
    onTestFinished(() => gate.resolve())
    await writeEvent(pool, '1')
    const others = Array.from({ length: 40 }, (_, at) => `${at}`).filter(
      (key) => logPartitionOf(key) !== stuck,
    )
    for (const key of others) await writeEvent(pool, key)
    await until(() => others.every((key) => handled.has(key)), PATIENCE_MS)

    expect(handled.has('1')).toBe(false)
  })

  it('puts aside what is not ours, and goes on', async () => {
    const { pool } = await freshPool()
    const topics = await freshTopics()
    aPublisher(pool, topics)
    const buried: string[] = []
    const partition = logPartitionOf('7')
    await send(topics.events, [
      { partition, key: 'x', value: 'not json' },
      { partition, value: JSON.stringify({ event: { id: '1', xid: 1, atMs: 1 } }) },
      { partition, value: null },
    ])
    const member = await aMember(pool, topics, {
      buried: (message) => buried.push(message.value?.toString() ?? 'null'),
    })
    const handled: string[] = []
    consume(member.log, { open: new Map(), shared: [] }, async ({ events, commit }) => {
      handled.push(...events.map(({ id }) => id))
      await commit()
    })
    const id = await writeEvent(pool, '7')
    await until(() => handled.includes(id), PATIENCE_MS)

    expect(buried).toContain('not json')
    expect(buried).toHaveLength(3)
    expect(handled).toEqual([id])
  })
})
