import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { entryOf } from '../../../origin/adapters/kafka/log-entry.ts'
import type { LogEvent } from '../../../shared/events/event.ts'
import { hasXid } from '../../../shared/horizon.ts'
import { logPartitionOf } from '../../../shared/keys.ts'
import {
  aPublisher,
  keysInTurns,
  makeTick,
  watchTopic,
  writeEvents,
  type Stored,
} from '../../support/kafka-log.ts'
import { freshTopics, needs } from '../../support/kafka.ts'
import { freshPool } from '../../support/pool.ts'
import { until } from '../../support/until.ts'

needs('kafka')

const eventsOf = (stored: readonly Stored[]): LogEvent[] =>
  stored.flatMap(({ message }) => {
    const entry = entryOf(message)
    return entry.is === 'event' ? [entry.event] : []
  })

const idsOf = (stored: readonly Stored[]) => new Set(eventsOf(stored).map(({ id }) => id))

/** The first of each event, by key: repeats may follow, in any number. */
function firstsByKey(stored: readonly Stored[]): Map<string, string[]> {
  const firsts = new Map<string, LogEvent>()
  for (const event of eventsOf(stored)) if (!firsts.has(event.id)) firsts.set(event.id, event)
  const byKey = Map.groupBy(firsts.values(), ({ key }) => key)
  return new Map([...byKey].map(([key, events]) => [key, events.map(({ id }) => id)]))
}

const inOrder = (ids: readonly string[]) => ids.toSorted((a, b) => Number(a) - Number(b))

describe('publishing the outbox', () => {
  it('brings every event of transactions that commit out of order, those of a key in order', async () => {
    const { pool } = await freshPool(8)
    const topics = await freshTopics()
    const stored = await watchTopic(topics.events)
    aPublisher(pool, topics)
    const slow = await pool.connect()
    let isReleased = false
    onTestFinished(() => (isReleased ? undefined : slow.release(true)))
    await slow.query('begin')
    const { rows } = await slow.query<{ id: string }>(
      `insert into outbox (partition, key, event) values ($1, 'slow', '{}') returning id::text as id`,
      [logPartitionOf('slow')],
    )
    const ids = await writeEvents(pool, keysInTurns(120, 15))
    await until(() => idsOf(stored).size === 120, 45_000)
    await slow.query('commit')
    slow.release()
    isReleased = true
    await until(() => idsOf(stored).size === 121, 45_000)

    expect(inOrder([...idsOf(stored)])).toEqual(inOrder([...ids, rows[0]?.id ?? '']))
    for (const [, own] of firstsByKey(stored)) expect(own).toEqual(inOrder(own))
  })

  it('puts a tick into each partition, behind everything that its horizon shows', async () => {
    const { pool } = await freshPool(8)
    const topics = await freshTopics()
    const stored = await watchTopic(topics.events)
    aPublisher(pool, topics)
    for (let n = 1; n <= 12; n += 1) {
      await writeEvents(pool, keysInTurns(16, 16))
      await makeTick(pool, n)
    }
    await until(() => ticksOf(stored).filter(({ n }) => n === 12).length === 8, 45_000)

    const published = eventsOf(stored)
    for (const { n, partition, before } of ticksOf(stored)) {
      const shown = published.filter(
        ({ key, xid }) => logPartitionOf(key) === partition && hasXid(before.horizon, xid),
      )
      const missing = shown.filter(({ id }) => !before.ids.has(id))
      expect(missing, `of tick ${n} in partition ${partition}`).toEqual([])
    }
  })

  it('loses and disorders nothing when a leader is killed between publishing and marking', async () => {
    const { pool, url } = await freshPool(8)
    const topics = await freshTopics()
    const stored = await watchTopic(topics.events)
    const ids: string[] = []
    const write = async () => void ids.push(...(await writeEvents(pool, keysInTurns(30, 5))))
    await write()
    for (let kill = 0; kill < 3; kill += 1) {
      await killedOncePublished(url, topics.events)
      await write()
    }
    const before = eventsOf(stored).length
    aPublisher(pool, topics)
    await until(() => idsOf(stored).size === ids.length, 45_000)

    expect(before, 'the killed ones had published').toBeGreaterThan(0)
    expect(eventsOf(stored).length, 'and did not say so').toBeGreaterThan(ids.length)
    for (const [, own] of firstsByKey(stored)) expect(own).toEqual(inOrder(own))
  })
})

/** Each tick with what its partition held before it. */
function ticksOf(stored: readonly Stored[]) {
  return stored.flatMap(({ partition, message }, at) => {
    const entry = entryOf(message)
    if (entry.is === 'event') return []
    const own = stored.slice(0, at).filter((each) => each.partition === partition)
    return [
      { n: entry.tick.n, partition, before: { horizon: entry.tick.horizon, ids: idsOf(own) } },
    ]
  })
}

async function killedOncePublished(databaseUrl: string, topic: string): Promise<void> {
  const env = {
    ...process.env,
    DATABASE_URL: databaseUrl,
    BROKERS: inject('kafkaBrokers').join(','),
    PREFIX: topic.replace(/\.events$/, ''),
  }
  const script = path.join(import.meta.dirname, 'publisher-process.ts')
  const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
}
