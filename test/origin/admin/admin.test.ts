import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresAuditLog } from '../../../origin/adapters/postgres/audit-log.ts'
import { postgresDeadLetters } from '../../../origin/adapters/postgres/dead-letters.ts'
import { postgresStats } from '../../../origin/adapters/postgres/stats.ts'
import { adminApp } from '../../../origin/admin/app.ts'
import { replayDeadLetter } from '../../../origin/log/replay-dead-letter.ts'
import { metrics } from '../../../origin/observe/metrics.ts'
import { logPartitionOf } from '../../../shared/keys.ts'
import type { UserId } from '../../../shared/ids.ts'
import { httpWorld, type HttpWorld } from '../http/http-world.ts'

let world: HttpWorld
let app: ReturnType<typeof adminApp>
let operator: UserId
let handled: unknown[]
beforeAll(async () => {
  world = await httpWorld()
  handled = []
  const deadLetters = postgresDeadLetters(world.pool)
  const handlers = new Map([['deliver', async (event: unknown) => void handled.push(event)]])
  app = adminApp({
    ...world.frame,
    provisionUsers: world.commands.provisionUsers,
    settings: world.settings,
    audit: postgresAuditLog(world.pool),
    stats: postgresStats(world.pool),
    deadLetters,
    replayDeadLetter: (id) => replayDeadLetter(id, { deadLetters, handlers }),
    rebuildTimeline: async (viewer) => ({ viewer, warming: 'warmed' }),
    verifyTimeline: async (viewer) => ({ viewer, missing: [] }),
    explain: async (viewer, post) => ({ viewer, post, shown: false }),
    metrics: metrics(),
  })
  ;[operator] = (await world.people(1)) as [UserId]
})
afterAll(() => world[Symbol.asyncDispose]())

async function ask(
  method: string,
  path: string,
  body?: unknown,
  scope: 'operator' | 'none' = 'operator',
) {
  const token = await world.token(operator, scope === 'operator' ? { scope } : {})
  const response = await app.request(path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, text, json: isJson ? JSON.parse(text) : undefined }
}

describe('the admin API', () => {
  it('is for operators alone, on each of its routes', async () => {
    const routes = app.routes.filter(
      ({ method, path }) => method !== 'ALL' && path.startsWith('/admin'),
    )
    expect(routes.length).toBeGreaterThan(8)
    for (const { method, path } of routes) {
      const address = path.replace(/:\w+/g, '17')
      const answer = await ask(method, address, undefined, 'none')
      expect({ address, code: answer.json.code }).toEqual({ address, code: 'AUTH_FORBIDDEN' })
      const response = await app.request(address, { method })
      expect(response.status).toBe(401)
      expect(response.headers.get('cache-control')).toBe('private, no-store')
    }
  })

  it('provisions up to a thousand users', async () => {
    const users = Array.from({ length: 1_000 }, (_, at) => ({ handle: `u_${at}`, name: 'Üser' }))
    const { status, json } = await ask('POST', '/admin/v1/users', users)
    expect(status).toBe(200)
    expect(json.users).toHaveLength(1_000)
    expect(json.users[7]).toMatchObject({ handle: 'u_7', externalId: null, created: true })
    expect((await ask('POST', '/admin/v1/users', [...users, users[0]])).json.code).toBe(
      'REQUEST_INVALID',
    )
  })

  it('changes settings by version, and says who did', async () => {
    const first = await ask('PUT', '/admin/v1/settings', {
      'delivery.threshold': { value: 300, version: 0 },
    })
    expect(first.json).toMatchObject({
      values: { 'delivery.threshold': 300, 'delivery.strategy': 'hybrid' },
      versions: { 'delivery.threshold': 1 },
    })
    const second = await ask('PUT', '/admin/v1/settings', {
      'delivery.threshold': { value: 400, version: 0 },
    })
    expect({ status: second.status, code: second.json.code }).toEqual({
      status: 409,
      code: 'SETTING_CONFLICT',
    })
    expect((await ask('GET', '/admin/v1/settings')).json.values['delivery.threshold']).toBe(300)
    expect((await ask('GET', '/admin/v1/audit?limit=1')).json.items).toEqual([
      expect.objectContaining({
        actor: operator,
        action: 'settings.change',
        subject: 'delivery.threshold',
      }),
    ])
  })

  it.each([
    [{ 'delivery.threshold': { value: -1 } }],
    [{ 'delivery.strategy': { value: 'sideways' } }],
    [{ 'delivery.speed': { value: 1 } }],
    [{ epoch: { value: 2 } }],
    [{ 'list.postsMax': { value: 5, version: 'x' } }],
    [{}],
  ])('refuses the settings %j', async (changes) => {
    expect(await ask('PUT', '/admin/v1/settings', changes)).toMatchObject({
      status: 400,
      json: { code: 'REQUEST_INVALID' },
    })
  })

  it('lists dead letters and replays one', async () => {
    const key = '42'
    await postgresDeadLetters(world.pool).bury({
      group: 'deliver',
      partition: logPartitionOf(key),
      event: {
        id: '9',
        xid: 7,
        key,
        atMs: 0,
        event: { type: 'user.changed', user: '42' as UserId, version: 3 },
      },
      error: 'too hard',
      attempts: 8,
    })
    const { json } = await ask('GET', '/admin/v1/dead-letters?group=deliver')
    expect(json).toEqual({
      items: [
        expect.objectContaining({
          group: 'deliver',
          key,
          error: 'too hard',
          attempts: 8,
          replayedAt: null,
          event: { type: 'user.changed', user: '42', version: 3 },
        }),
      ],
      nextCursor: null,
    })
    expect((await ask('POST', `/admin/v1/dead-letters/${json.items[0].id}/replay`)).status).toBe(
      200,
    )
    expect(handled).toHaveLength(1)
    expect((await ask('GET', '/admin/v1/dead-letters')).json.items).toEqual([])
    expect((await ask('POST', '/admin/v1/dead-letters/999/replay')).json.code).toBe(
      'DEAD_LETTER_NOT_FOUND',
    )
  })

  it('hands timelines to who knows them', async () => {
    expect((await ask('POST', '/admin/v1/timelines/42/rebuild')).json).toEqual({
      viewer: '42',
      warming: 'warmed',
    })
    expect((await ask('POST', '/admin/v1/timelines/42/verify')).json.missing).toEqual([])
    expect((await ask('GET', '/admin/v1/explain?viewer=42&post=43')).json.shown).toBe(false)
    expect((await ask('GET', '/admin/v1/explain?viewer=42')).json.errors).toEqual([
      expect.objectContaining({ path: 'query.post' }),
    ])
    expect(
      (await ask('GET', '/admin/v1/audit?limit=2')).json.items.map(
        (i: { action: string }) => i.action,
      ),
    ).toEqual(['timeline.rebuild', 'dead-letter.replay'])
  })

  it('tells its figures, to operators and to Prometheus', async () => {
    await world.rows('analyze')
    const { json } = await ask('GET', '/admin/v1/stats')
    expect(json).toMatchObject({ epoch: 1, users: 1_001, deadLettersWaiting: 0, newestTick: null })
    const scraped = await app.request('/metrics')
    expect(scraped.status).toBe(200)
    expect(await scraped.text()).toContain('# TYPE feed_latency_seconds histogram')
  })

  it('describes itself', async () => {
    const { json } = await ask('GET', '/openapi.json')
    expect(Object.keys(json.paths)).toContain('/admin/v1/timelines/{viewer}/verify')
    expect((await app.request('/docs')).status).toBe(200)
  })
})
