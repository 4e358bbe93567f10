import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { postgresAuditLog } from '../../../origin/adapters/postgres/audit-log.ts'
import { postgresSettings } from '../../../origin/adapters/postgres/settings.ts'
import { liveSettings } from '../../../origin/settings/live-settings.ts'
import { DEFAULT_SETTINGS } from '../../../shared/admin/settings.ts'
import { SETTINGS_POLL_MS } from '../../../shared/limits.ts'
import { writeWorld, type WriteWorld } from '../write/write-world.ts'

let world: WriteWorld
beforeAll(async () => {
  world = await writeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(() => world.rows(`delete from settings where key <> 'epoch'`))

/** A process whose time goes on only when told to. */
function aProcess(store = postgresSettings(world.pool)) {
  const pauses: { durationMs: number; over: () => void }[] = []
  const failures: unknown[] = []
  let nowMs = 1_000
  const settings = liveSettings({
    store,
    now: () => nowMs,
    pause: (durationMs, signal) =>
      new Promise((resolve) => {
        const over = () => resolve()
        signal.addEventListener('abort', over)
        pauses.push({ durationMs, over })
      }),
    onFailure: (error) => void failures.push(error),
  })
  const stop = new AbortController()
  const following = settings.follow(stop.signal)
  /** Until it has looked, and waits for its next look. */
  const settled = async () => {
    while (pauses.length === 0) await new Promise(setImmediate)
  }
  return {
    settings,
    failures,
    settled,
    async elapse() {
      await settled()
      const pause = pauses.shift()
      nowMs += pause?.durationMs ?? 0
      pause?.over()
      await settled()
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      await following
    },
  }
}

describe('settings', () => {
  it('are the defaults until somebody changes them', async () => {
    await using one = aProcess()
    await one.settled()
    expect(one.settings.current()).toEqual(DEFAULT_SETTINGS)
    expect((await one.settings.read()).versions['delivery.threshold']).toBe(0)
  })

  it('change here at once, elsewhere with the next look, and looks are less than two seconds apart', async () => {
    await using one = aProcess()
    await using other = aProcess()
    await other.settled()
    await one.settings.change('7', { 'delivery.threshold': { value: 300 } })

    expect(one.settings.current()['delivery.threshold']).toBe(300)
    expect(other.settings.current()['delivery.threshold']).toBe(50_000)
    await other.elapse()
    expect(other.settings.current()['delivery.threshold']).toBe(300)
    expect(SETTINGS_POLL_MS).toBeLessThan(2_000 / 2)
  })

  it('stay as they were known while Postgres does not answer', async () => {
    const store = postgresSettings(world.pool)
    let isAway = false
    await using one = aProcess({
      ...store,
      read: () => (isAway ? Promise.reject(new Error('away')) : store.read()),
    })
    await one.settled()
    await one.settings.change('7', { 'list.postsMax': { value: 20 } })
    isAway = true
    await one.elapse()

    expect(one.failures).toHaveLength(1)
    expect(one.settings.current()['list.postsMax']).toBe(20)
    expect(one.settings.lookedAtMs()).toBe(1_000)
  })

  it('refuse a change by somebody who saw another version, and then change nothing', async () => {
    const store = postgresSettings(world.pool)
    await store.change('7', { 'delivery.threshold': { value: 1, version: 0 } })
    await expect(
      store.change('8', {
        'list.postsMax': { value: 100 },
        'delivery.threshold': { value: 2, version: 0 },
      }),
    ).rejects.toMatchObject({
      code: 'SETTING_CONFLICT',
      errors: [{ path: 'delivery.threshold' }],
    })
    expect(await store.read()).toMatchObject({
      values: { 'delivery.threshold': 1, 'list.postsMax': 800 },
      versions: { 'delivery.threshold': 1, 'list.postsMax': 0 },
    })
  })

  it('let one of two through who both saw that nobody had changed it', async () => {
    const store = postgresSettings(world.pool)
    const both = await Promise.allSettled(
      ['7', '8'].map((actor, at) =>
        store.change(actor, { 'session.postsMax': { value: 10 + at, version: 0 } }),
      ),
    )
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  })

  it('say in the audit log who changed what from what', async () => {
    const store = postgresSettings(world.pool)
    await store.change('7', { 'delivery.strategy': { value: 'pull' } })
    await store.change('8', { 'delivery.strategy': { value: 'push' } })
    const audit = postgresAuditLog(world.pool)
    const { items } = await audit.list({ before: undefined, limit: 2 })

    expect(items.map(({ actor, subject, detail }) => ({ actor, subject, detail }))).toEqual([
      {
        actor: '8',
        subject: 'delivery.strategy',
        detail: { from: 'pull', to: 'push', version: 2 },
      },
      {
        actor: '7',
        subject: 'delivery.strategy',
        detail: { from: 'hybrid', to: 'pull', version: 1 },
      },
    ])
  })
})
