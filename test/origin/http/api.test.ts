import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ERRORS } from '../../../shared/errors.ts'
import type { UserId } from '../../../shared/ids.ts'
import { httpWorld, type HttpWorld } from './http-world.ts'

let world: HttpWorld
let ann: UserId
let ben: UserId
beforeAll(async () => {
  world = await httpWorld()
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(async () => {
  ;[ann, ben] = (await world.people(2)) as [UserId, UserId]
})

const post = async (text = 'a post') =>
  (await world.ask('POST', '/v1/posts', { as: ann, body: { text } })).json as Record<string, string>

describe('posts', () => {
  it('are created, edited, read with their history, and deleted', async () => {
    const created = await world.ask('POST', '/v1/posts', {
      as: ann,
      body: { text: 'Guten Tag', language: 'de' },
    })
    const id = created.json['id'] as unknown as string
    expect(created.status).toBe(201)
    expect(created.headers.get('location')).toBe(`/v1/posts/${id}`)
    expect(created.headers.get('headwater-token')).toMatch(/^1\.\d+$/)
    expect(created.json).toEqual({
      id: expect.stringMatching(/^\d{19}$/),
      author: expect.objectContaining({ id: ann, avatarUrl: null, verified: false }),
      text: 'Guten Tag',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      editedAt: null,
      language: 'de',
      sensitive: false,
    })

    const edited = await world.ask('PUT', `/v1/posts/${id}`, {
      as: ann,
      body: { text: 'Guten Abend' },
    })
    expect(edited.json).toEqual({
      ...created.json,
      text: 'Guten Abend',
      editedAt: expect.any(String),
    })
    const history = await world.ask('GET', `/v1/posts/${id}/edits`)
    expect(history.json).toEqual({
      items: [{ version: 1, text: 'Guten Tag', replacedAt: expect.any(String) }],
      nextCursor: null,
    })

    const deleted = await world.ask('DELETE', `/v1/posts/${id}`, { as: ann })
    expect({ status: deleted.status, text: deleted.text }).toEqual({ status: 204, text: '' })
    expect((await world.ask('DELETE', `/v1/posts/${id}`, { as: ann })).status).toBe(204)
    expect((await world.ask('GET', `/v1/posts/${id}/edits`)).status).toBe(404)
  })

  it('show their history to nobody of a blocked pair', async () => {
    const { id } = await post()
    await world.ask('PUT', `/v1/users/${ben}/block`, { as: ann })
    expect((await world.ask('GET', `/v1/posts/${id}/edits`, { as: ben })).status).toBe(404)
    expect((await world.ask('GET', `/v1/posts/${id}/edits`, { as: ann })).status).toBe(200)
  })

  it('answer a repeated request with the same bytes and token', async () => {
    const create = (body: string, key = 'k1') =>
      world.ask('POST', '/v1/posts', { as: ann, body, headers: { 'idempotency-key': key } })
    const first = await create('{"text": "once"}')
    const second = await create('{ "text" : "once" }')
    const other = await create('{"text": "another"}')

    expect({ status: second.status, text: second.text }).toEqual({ status: 201, text: first.text })
    expect(second.headers.get('headwater-token')).toBe(first.headers.get('headwater-token'))
    expect(other.json['code']).toBe('IDEMPOTENCY_KEY_REUSED')
    const follow = () =>
      world.ask('PUT', `/v1/users/${ben}/follow`, { as: ann, headers: { 'idempotency-key': 'k2' } })
    expect((await follow()).text).toBe((await follow()).text)
  })

  it('are not sent again to who has them', async () => {
    const { id } = await post()
    const first = await world.ask('GET', `/v1/posts/${id}`)
    const headers = { 'if-none-match': `"other", ${first.headers.get('etag')}` }
    const second = await world.ask('GET', `/v1/posts/${id}`, { headers })

    expect({ status: second.status, text: second.text }).toEqual({ status: 304, text: '' })
    expect(second.headers.get('etag')).toBe(first.headers.get('etag'))
    expect(second.headers.get('cache-control')).toBe('public, no-cache')
  })
})

describe('people', () => {
  it('change their profile, and see it with its counts', async () => {
    const changed = await world.ask('PUT', '/v1/users/me', {
      as: ann,
      body: { name: 'Ann', interests: ['tea'], avatarUrl: 'https://example.org/a.png' },
    })
    expect(changed.status).toBe(200)
    expect(changed.json).toMatchObject({
      id: ann,
      name: 'Ann',
      interests: ['tea'],
      avatarUrl: 'https://example.org/a.png',
      counts: { followers: 0, following: 0, posts: 0 },
    })
  })

  it('follow, mute and block, and each answer says what then holds', async () => {
    const nothing = { following: false, followedBy: false, blocking: false, muting: false }
    const ask = async (method: string, relation: string) =>
      (await world.ask(method, `/v1/users/${ben}/${relation}`, { as: ann })).json['viewer']
    expect(await ask('PUT', 'follow')).toEqual({ ...nothing, following: true })
    expect(await ask('PUT', 'mute')).toEqual({ ...nothing, following: true, muting: true })
    expect(await ask('DELETE', 'mute')).toEqual({ ...nothing, following: true })
    expect(await ask('PUT', 'block')).toEqual({ ...nothing, blocking: true })
    expect(await ask('DELETE', 'block')).toEqual(nothing)
    expect((await world.ask('PUT', `/v1/users/${ann}/follow`, { as: ann })).json['code']).toBe(
      'RELATION_SELF',
    )
  })

  it('are listed in pages, each once, without those whom a block hides', async () => {
    const crowd = await world.people(7)
    for (const user of crowd) await world.commands.follow({ user }, ann)
    await world.commands.block({ user: crowd[3] as UserId }, ben)

    const walked: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`
      const page = await world.ask('GET', `/v1/users/${ann}/followers?limit=3${query}`, { as: ben })
      walked.push(...(page.json['items'] as unknown as { id: string }[]).map(({ id }) => id))
      cursor = page.json['nextCursor'] as unknown as string | null
    }
    expect(walked).toEqual(crowd.filter((user) => user !== crowd[3]).toReversed())
  })

  it('see whom they block and mute, and nobody else does', async () => {
    await world.ask('PUT', `/v1/users/${ben}/block`, { as: ann })
    await world.ask('PUT', `/v1/users/${ben}/mute`, { as: (await world.people(1))[0] as string })
    const blocks = await world.ask('GET', '/v1/users/me/blocks', { as: ann })
    expect((blocks.json['items'] as unknown as { id: string }[]).map(({ id }) => id)).toEqual([ben])
    const others = await world.ask('GET', '/v1/users/me/blocks', { as: ben })
    expect(others.json['items']).toEqual([])
    expect((await world.ask('GET', `/v1/users/${ann}/followers`, { as: ben })).status).toBe(404)
  })
})

describe('every answer', () => {
  it('says whether it may be kept, who served it, how long it took and which it was', async () => {
    const answers = await Promise.all([
      world.ask('GET', '/healthz'),
      world.ask('GET', '/readyz'),
      world.ask('GET', '/openapi.json'),
      world.ask('GET', '/docs'),
      world.ask('GET', '/nothing'),
      world.ask('GET', '/v1/feed'),
      world.ask('GET', '/v1/feed', { as: ann }),
      world.ask('GET', `/v1/users/${ann}`, { as: ann }),
      world.ask('POST', '/v1/posts', { as: ann, body: { text: 'kept?' } }),
      world.ask('POST', '/v1/posts', { as: ann, body: '{' }),
      world.ask('PATCH', '/v1/feed', { as: ann }),
    ])
    for (const { headers } of answers) {
      expect(headers.get('cache-control')).toMatch(/^(private, no-store|public, max-age=300)$/)
      expect(headers.get('headwater-served-by')).toBe('origin')
      expect(headers.get('server-timing')).toMatch(/origin;dur=\d+\.\d/)
      expect(headers.get('headwater-request-id')).toMatch(/^[0-9a-f-]{36}$/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  it('carries the edge’s name of the request on, and replaces any other', async () => {
    const ask = async (id: string) =>
      (await world.ask('GET', '/nothing', { headers: { 'headwater-request-id': id } })).json[
        'requestId'
      ] as unknown as string
    expect(await ask('edge-1234567')).toBe('edge-1234567')
    expect(await ask('<script>')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('is counted by route, and unknown paths as one', async () => {
    world.seen.length = 0
    await world.ask('GET', `/v1/users/${ann}`, { as: ann })
    await world.ask('GET', '/v1/a/b/c')
    await world.ask('GET', `/v1/users/${ann}`, { headers: { authorization: 'Bearer x' } })
    expect(world.seen.map(({ method, route, status }) => `${method} ${route} ${status}`)).toEqual([
      'GET /v1/users/:id 200',
      'GET none 404',
      'GET /v1/users/:id 401',
    ])
  })
})

describe('readiness', () => {
  it('is a 503 that names nothing, until nothing is waited for', async () => {
    world.waiting.push('tail')
    const waiting = await world.ask('GET', '/readyz')
    expect(waiting.status).toBe(503)
    expect(waiting.headers.get('retry-after')).toBe('1')
    expect(waiting.text).not.toContain('tail')
    world.waiting.length = 0
    expect((await world.ask('GET', '/readyz')).status).toBe(200)
  })
})

describe('the description', () => {
  it('is OpenAPI 3.1 and names every route, with bounds from the schemas', async () => {
    const { json } = await world.ask('GET', '/openapi.json')
    const document = json as unknown as {
      openapi: string
      paths: Record<string, Record<string, { operationId: string; parameters?: unknown[] }>>
      components: { schemas: object; securitySchemes: object }
    }
    expect(document.openapi).toBe('3.1.0')
    const described = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    )
    const routed = world.app.routes
      .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/v1'))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
    expect(new Set(described)).toEqual(new Set(routed))
    expect(described).toContain('GET /v1/feed')
    const limit = document.paths['/v1/feed']?.['get']?.parameters?.find(
      (one) => (one as { name: string }).name === 'limit',
    )
    expect(limit).toMatchObject({ schema: { minimum: 1, maximum: 50, default: 20 } })
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining(['FeedPage', 'Post', 'Problem', 'User']),
    )
    expect(document.components.securitySchemes).toHaveProperty('bearer')
    const ids = Object.values(document.paths).flatMap((item) =>
      Object.values(item).map(({ operationId }) => operationId),
    )
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('names only codes that exist', async () => {
    const { json } = await world.ask('GET', '/openapi.json')
    const codes = JSON.stringify(json).match(/"description":"([A-Z_]+(, [A-Z_]+)*)"/g) ?? []
    const named = codes.flatMap((text) => text.slice(15, -1).split(', '))
    expect(named.length).toBeGreaterThan(20)
    expect(named.filter((code) => !(code in ERRORS))).toEqual([])
  })

  it('tells what is common to routes: headers that are taken, and what may come back', async () => {
    const { json } = await world.ask('GET', '/openapi.json')
    const { paths } = json as unknown as {
      paths: Record<string, Record<string, Described>>
    }
    const names = (path: string, method: string) =>
      paths[path]?.[method]?.parameters.map(({ name }) => name)
    expect(names('/v1/posts', 'post')).toEqual(['idempotency-key'])
    expect(names('/v1/users/{id}/follow', 'delete')).toEqual(['id', 'idempotency-key'])
    expect(names('/v1/posts/{id}', 'get')).toEqual(['id', 'headwater-token'])
    expect(names('/v1/users/batch', 'post')).toEqual([])
    // As many as the API takes: schemas count code points as well.
    expect(paths['/v1/posts']?.['post']).toHaveProperty(
      ['requestBody', 'content', 'application/json', 'schema', 'properties', 'text', 'maxLength'],
      4_000,
    )

    const wrong = { 'headwater-token': 'wrong', 'idempotency-key': 'two words' }
    const asked: [string, string, string, Parameters<typeof world.ask>[2]][] = [
      ['GET', '/v1/feed', '/v1/feed', {}],
      ['GET', '/v1/feed', '/v1/feed', { as: ann, headers: wrong }],
      ['GET', '/v1/posts/{id}', '/v1/posts/7', { headers: { authorization: 'Bearer x' } }],
      ['GET', '/v1/posts/{id}', '/v1/posts/7', { headers: wrong }],
      ['GET', '/v1/users/me', '/v1/users/me', { as: ann, headers: wrong }],
      ['PUT', '/v1/users/me', '/v1/users/me', { as: ann, body: '{' }],
      ['DELETE', '/v1/posts/{id}', '/v1/posts/7', { as: ann, headers: wrong }],
      ['PUT', '/v1/users/{id}/mute', '/v1/users/x/mute', { as: ann }],
      ['POST', '/v1/posts', '/v1/posts', { as: ann, body: { text: 'x'.repeat(70_000) } }],
    ]
    for (const [method, path, target, options] of asked) {
      const { status, json: problem } = await world.ask(method, target, options)
      const { description } = paths[path]?.[method.toLowerCase()]?.responses[status] ?? {}
      expect({ method, path, description }).toMatchObject({
        description: expect.stringContaining(String(problem['code'])),
      })
    }
  })

  it('has a page that loads nothing from elsewhere', async () => {
    const { text, headers } = await world.ask('GET', '/docs')
    expect(headers.get('content-type')).toMatch('text/html')
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-/,
    )
    expect(text).not.toMatch(/<script|https?:\/\//)
    expect(text).toContain('One page of the signed-in reader')
    expect(text).toContain('id="schema-FeedPage"')
  })
})

interface Described {
  readonly parameters: readonly { readonly name: string }[]
  readonly responses: Record<string, { readonly description: string }>
}
