import { describe, expect, it } from 'vitest'
import { postgresDeadLetters } from '../../../origin/adapters/postgres/dead-letters.ts'
import { consumeEvents } from '../../../origin/log/consume-events.ts'
import type { EventHandler } from '../../../origin/log/handle-event.ts'
import { replayDeadLetter } from '../../../origin/log/replay-dead-letter.ts'
import type { EventLog } from '../../../origin/ports/event-log.ts'
import { AppError } from '../../../shared/errors.ts'
import type { LogEvent } from '../../../shared/events/event.ts'
import type { UserId } from '../../../shared/ids.ts'
import { EVENT_ATTEMPTS_MAX } from '../../../shared/limits.ts'
import { freshPool } from '../../support/pool.ts'

const anEvent = (id: number): LogEvent => ({
  id: String(id),
  xid: id,
  key: '7',
  atMs: 0,
  event: { type: 'user.changed', user: '7' as UserId, version: id },
})

/** One batch of one partition. A failure ends it, as it ends a partition's life. */
function logOf(events: readonly LogEvent[]) {
  const committed: string[] = []
  const log: EventLog = {
    async consume(_group, make) {
      const commit = async () => void committed.push(...events.map(({ id }) => id))
      await make(3).handle({ partition: 3, events, tick: undefined, commit })
    },
  }
  return { log, committed }
}

async function aGroup(events: readonly LogEvent[], handle: EventHandler) {
  const { pool } = await freshPool(2)
  const { log, committed } = logOf(events)
  const slept: number[] = []
  const deadLetters = postgresDeadLetters(pool)
  const buried: string[] = []
  const deps = {
    log,
    deadLetters,
    pace: {
      now: () => 0,
      random: () => 1,
      sleep: async (ms: number) => void slept.push(ms),
    },
    onBuried: (_group: string, { id }: LogEvent) => void buried.push(id),
  }
  const consume = () => consumeEvents('group', handle, deps, new AbortController().signal)
  return { consume, committed, slept, buried, deadLetters }
}

const outage = () => new AppError('STORE_UNAVAILABLE', 'redis is away')
const poison = () => new AppError('EVENT_MALFORMED', 'this one')

describe('a group that works event by event', () => {
  it('tries again, later and later, and commits what worked in the end', async () => {
    let attempts = 0
    const group = await aGroup([anEvent(1)], async () => {
      attempts += 1
      if (attempts < 4) throw new Error('not yet')
    })
    await group.consume()

    expect(group.slept).toEqual([50, 100, 200])
    expect(group.committed).toEqual(['1'])
    expect(await group.deadLetters.list({ limit: 10 })).toEqual([])
  })

  it('buries poison at once, and goes on behind it', async () => {
    const handled: string[] = []
    const group = await aGroup([anEvent(1), anEvent(2)], async ({ id }) => {
      if (id === '1') throw poison()
      handled.push(id)
    })
    await group.consume()

    expect(handled).toEqual(['2'])
    expect(group.committed).toEqual(['1', '2'])
    expect(group.slept).toEqual([])
    expect(group.buried).toEqual(['1'])
    expect(await group.deadLetters.list({ group: 'group', limit: 10 })).toMatchObject([
      {
        group: 'group',
        partition: 3,
        attempts: 1,
        error: 'AppError: this one',
        event: { id: '1' },
      },
    ])
    expect(await group.deadLetters.list({ group: 'other', limit: 10 })).toEqual([])
  })

  it('buries what failed too often', async () => {
    const group = await aGroup([anEvent(1)], async () => {
      throw new TypeError('a bug')
    })
    await group.consume()

    expect(group.slept).toHaveLength(EVENT_ATTEMPTS_MAX - 1)
    expect(await group.deadLetters.list({ limit: 10 })).toMatchObject([
      { attempts: EVENT_ATTEMPTS_MAX },
    ])
  })

  it('buries nothing while a store is down: the event comes again', async () => {
    const group = await aGroup([anEvent(1)], async () => {
      throw outage()
    })

    await expect(group.consume()).rejects.toThrow('redis is away')
    expect(group.committed).toEqual([])
    expect(await group.deadLetters.list({ limit: 10 })).toEqual([])
  })

  it('takes an event that nobody wrote for poison', async () => {
    const strange = { ...anEvent(1), event: { type: 'made.up' } as unknown as LogEvent['event'] }
    const group = await aGroup([strange], async () => undefined)
    await group.consume()

    expect(await group.deadLetters.list({ limit: 10 })).toHaveLength(1)
  })

  it('keeps one letter of an event that is buried again', async () => {
    const group = await aGroup([anEvent(1)], async () => {
      throw poison()
    })
    await group.consume()
    await group.consume()

    expect(await group.deadLetters.list({ limit: 10 })).toHaveLength(1)
  })
})

describe('a replay', () => {
  it('runs the event through its group, and marks it only when that worked', async () => {
    let works = false
    const handled: LogEvent[] = []
    const handle: EventHandler = async (event) => {
      if (!works) throw poison()
      handled.push(event)
    }
    const { consume, deadLetters } = await aGroup([anEvent(1)], handle)
    await consume()
    const [letter] = await deadLetters.list({ limit: 10 })
    const replay = () =>
      replayDeadLetter(letter?.id ?? '', { deadLetters, handlers: new Map([['group', handle]]) })

    await expect(replay()).rejects.toThrow('this one')
    expect(await deadLetters.list({ limit: 10 })).toHaveLength(1)
    works = true
    await replay()

    expect(handled).toMatchObject([{ id: '1', key: '7', event: { version: 1 } }])
    expect(await deadLetters.list({ limit: 10 })).toEqual([])
    expect((await deadLetters.find(letter?.id ?? ''))?.replayedAtMs).toBeGreaterThan(0)
  })

  it('knows no letter of a group that does not run', async () => {
    const { deadLetters } = await aGroup([], async () => undefined)

    await expect(replayDeadLetter('1', { deadLetters, handlers: new Map() })).rejects.toMatchObject(
      { code: 'DEAD_LETTER_NOT_FOUND' },
    )
  })
})
