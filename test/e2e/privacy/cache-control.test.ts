import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, write, type Answer } from '../../support/client.ts'
import type { Person } from '../../support/deployment.ts'
import { oneRegion, type OneRegion } from '../outages/one-region.ts'

const PRIVATE = 'private, no-store'
/** Asked for again each time; what was said to somebody is never among it. */
const PUBLIC = 'public, no-cache'
/** The page and the documents: the same for everyone, whoever asks and how. */
const DOCUMENTS: ReadonlyMap<string, string> = new Map([
  ['/', 'public, max-age=0, must-revalidate'],
  ['/openapi.json', 'public, max-age=300'],
  ['/docs', 'public, max-age=300'],
])

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'] as const

interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

interface Asked {
  readonly tier: string
  readonly method?: string
  readonly target: string
  readonly as?: Person | undefined
}

describe('every answer says who may keep it', { timeout: 120_000 }, () => {
  const open = new AsyncDisposableStack()
  let world: OneRegion
  let reader: Person
  let operator: Person
  let ids: readonly string[]
  const statuses = new Map<string, Set<number>>()

  beforeAll(async () => {
    world = await oneRegion(open)
    const [one, other] = (await world.deployed.people(2)) as [Person, Person]
    reader = one
    operator = { id: '1', bearer: await world.deployed.operator() }
    const text = 'read by all'
    const made = await write(world.origin.url, 'POST', '/v1/posts', { as: one, body: { text } })
    ids = [String(made.json['id']), other.id]
  }, 120_000)

  afterAll(() => open.disposeAsync())

  /** What is wrong with an answer, in words. */
  function judge(
    { tier, method = 'GET', target, as }: Asked,
    { status, headers }: Answer,
  ): readonly string[] {
    statuses.set(tier, (statuses.get(tier) ?? new Set()).add(status))
    const cacheControl = headers.get('cache-control')
    const isFine =
      cacheControl === PRIVATE ||
      (tier === 'gateway' && cacheControl === 'no-store') ||
      (as === undefined && [200, 304].includes(status) && cacheControl === PUBLIC) ||
      (cacheControl !== null && cacheControl === DOCUMENTS.get(target))
    return isFine ? [] : [`${tier}, ${method} ${target}: ${status} with ${cacheControl}`]
  }

  /** Every route of a tier, by everyone, with what exists, what does not, and what makes no sense. */
  async function walk(tier: string, base: string, signedIn: Person): Promise<readonly string[]> {
    const { paths } = (await ask(base, 'GET', '/openapi.json')).json as unknown as ApiDocument
    const routes = [...Object.keys(paths), '/', '/openapi.json', '/docs', '/healthz', '/nowhere']
    const faults: string[] = []
    for (const route of routes) {
      const targets = [...ids, 'nonsense'].map((id) => route.replace(/\{[^}]+\}/g, id))
      for (const target of new Set(targets)) {
        const asks = METHODS.flatMap((method) =>
          [undefined, signedIn, { id: '', bearer: 'nonsense' }].map(async (as) => {
            const sends = ['PUT', 'POST', 'PATCH'].includes(method)
            const asked = { tier, method, target, as }
            const answer = await ask(base, method, target, {
              as,
              ...(sends
                ? { body: as === undefined ? { nonsense: true } : { text: 'a text' } }
                : {}),
            })
            const etag = answer.headers.get('etag')
            if (method !== 'GET' || etag === null) return judge(asked, answer)
            const headers = { 'if-none-match': etag }
            const again = await ask(base, 'GET', target, { as, headers })
            return [...judge(asked, answer), ...judge(asked, again)]
          }),
        )
        faults.push(...(await Promise.all(asks)).flat())
      }
    }
    return faults
  }

  const seen = (tier: string) => [...(statuses.get(tier) ?? [])].toSorted((a, b) => a - b)

  it('at the origin', async () => {
    expect(await walk('origin', world.origin.url, reader)).toEqual([])
    expect(seen('origin')).toEqual(expect.arrayContaining([200, 201, 204, 304, 400, 401, 404, 405]))
  })

  it('at the edge', async () => {
    expect(await walk('edge', world.edge.url, reader)).toEqual([])
    const large = { as: reader, body: { text: 'x'.repeat(100_000) } }
    const answer = await ask(world.edge.url, 'POST', '/v1/posts', large)
    expect(judge({ tier: 'edge', target: '/v1/posts', as: reader }, answer)).toEqual([])
    expect(seen('edge')).toEqual(expect.arrayContaining([200, 201, 304, 400, 401, 404, 413]))
  })

  it('on the admin port', async () => {
    expect(await walk('admin', world.origin.adminUrl, operator)).toEqual([])
    expect(await walk('admin', world.origin.adminUrl, reader)).toEqual([])
    expect(seen('admin')).toEqual(expect.arrayContaining([200, 400, 401, 403, 404, 405]))
  })

  it('at the gateway', async () => {
    const faults: string[] = []
    for (const path of ['/', '/pipeline', '/multi-exec', '/healthz', '/readyz', '/nowhere']) {
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
        const sends = ['POST', 'PUT'].includes(method)
        for (const headers of [
          {},
          { authorization: 'Bearer nonsense' },
          world.deployed.l2Headers,
        ]) {
          const options = { headers, ...(sends ? { body: ['GET', 'a'] } : {}) }
          const answer = await ask(world.gateway.url, method, path, options)
          faults.push(...judge({ tier: 'gateway', method, target: path }, answer))
        }
      }
    }
    expect(faults).toEqual([])
    expect(seen('gateway')).toEqual(expect.arrayContaining([200, 400, 401, 404, 405]))
  })

  it('when Postgres is away', async () => {
    await world.postgres.stop()
    for (const [tier, base] of [
      ['origin', world.origin.url] as const,
      ['edge', world.edge.url] as const,
    ]) {
      const asks = [
        { method: 'POST', target: '/v1/posts', as: reader, body: { text: 'refused' } },
        { target: '/v1/users/me', as: reader },
        { target: `/v1/users/${reader.id}` },
        { target: '/v1/feed', as: reader },
      ]
      const answers = await Promise.all(
        asks.map(({ method = 'GET', target, ...options }) => ask(base, method, target, options)),
      )
      const faults = answers.flatMap((answer, at) =>
        judge({ target: '', ...asks[at], tier }, answer),
      )
      expect(faults).toEqual([])
      expect(answers.map(({ status }) => status)).toContain(503)
    }
  })
})
