import { SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { RATE_LIMIT_REQUESTS_MAX } from '../../shared/limits.ts'
import { aPost, aUser } from '../support/feed-builders.ts'
import { bearer, edgeUnderTest } from './support/edge-under-test.ts'

const me = aUser()
const codeOf = async (response: Response) =>
  `${response.status} ${((await response.json()) as { code: string }).code}`
const write = async (body: BodyInit | null, headers: Record<string, string> = {}) =>
  new Request('http://edge.test/v1/posts', {
    method: 'POST',
    body,
    headers: { authorization: await bearer(me), ...headers },
  })

describe('who may pass', () => {
  it('refuses forged, foreign and expired tokens before anything else sees them', async () => {
    const edge = edgeUnderTest()
    const header = (authorization: string) => ({ authorization })
    const none = new UnsecuredJWT({}).setSubject(me).setIssuer('headwater').encode()
    const other = await new SignJWT({ sub: me })
      .setProtectedHeader({ alg: 'HS512' })
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode('a-secret-of-at-least-32-characters'.repeat(2)))
    const bad = [
      await bearer(me, { secret: 'another-secret-of-at-least-32-chars' }),
      await bearer(me, { audience: 'somebody-else' }),
      await bearer(me, { issuer: 'somebody-else' }),
      `Bearer ${none}`,
      `Bearer ${other}`,
      'Bearer rubbish',
    ]
    for (const authorization of bad) {
      const response = await edge.get(`/v1/posts/${aPost()}`, undefined, header(authorization))
      expect(await codeOf(response)).toBe('401 AUTH_TOKEN_INVALID')
    }
    const expired = await bearer(me, { expiresAtS: Math.floor(Date.now() / 1000) - 60 })
    expect(await codeOf(await edge.get('/v1/feed', undefined, header(expired)))).toBe(
      '401 AUTH_TOKEN_EXPIRED',
    )
    expect(edge.forwarded).toEqual([])
  })

  it('asks for a token where one is needed', async () => {
    const edge = edgeUnderTest()
    expect(await codeOf(await edge.get('/v1/feed'))).toBe('401 AUTH_REQUIRED')
    const request = new Request('http://edge.test/v1/posts', { method: 'POST', body: '{}' })
    expect(await codeOf(await edge.send(request))).toBe('401 AUTH_REQUIRED')
    expect(edge.forwarded).toEqual([])
  })

  it('limits by reader, says so, and lets pass when the limiter fails', async () => {
    const keys: string[] = []
    const limited = edgeUnderTest({
      limiter: {
        limit: async ({ key }) => {
          keys.push(key)
          return { success: false }
        },
      },
    })
    const response = await limited.get('/v1/feed', me)
    expect(response.headers.get('ratelimit-policy')).toContain(`q=${RATE_LIMIT_REQUESTS_MAX}`)
    expect(response.headers.get('retry-after')).toBe('60')
    expect(await codeOf(response)).toBe('429 RATE_LIMITED')
    expect(keys).toEqual([`sub:${me}`])

    const failing = edgeUnderTest({
      limiter: { limit: () => Promise.reject(new Error('no')) },
      originDouble: () => new Response('{}'),
    })
    expect((await failing.get('/v1/feed', me)).status).toBe(200)
  })

  it('answers mistakes in the query itself', async () => {
    const edge = edgeUnderTest()
    for (const query of ['limit=51', 'limit=0', 'limit=x', 'mode=newest', 'colour=red']) {
      expect(await codeOf(await edge.get(`/v1/feed?${query}`, me))).toBe('400 REQUEST_INVALID')
    }
    const unknown = (await (await edge.get('/v1/feed?colour=red', me)).json()) as object
    expect(unknown).toMatchObject({ errors: [{ path: 'query.colour', message: 'unknown field' }] })
    expect(await codeOf(await edge.get('/v1/feed?cursor=nonsense', me))).toBe(
      '400 FEED_CURSOR_INVALID',
    )
    const token = { 'headwater-token': 'nonsense' }
    expect(await codeOf(await edge.get('/v1/feed', me, token))).toBe(
      '400 CONSISTENCY_TOKEN_INVALID',
    )
  })
})

describe('what goes on to the origin', () => {
  it('is the body, and of the headers those that it needs', async () => {
    const bodies: string[] = []
    const edge = edgeUnderTest({
      originDouble: async (request) => {
        bodies.push(await request.text())
        return Response.json(
          {},
          { status: 201, headers: { 'set-cookie': 'a=b', server: 'secret' } },
        )
      },
    })
    const response = await edge.send(
      await write('{"text":"hi"}', {
        'content-type': 'application/json',
        'idempotency-key': 'key-1',
        cookie: 'a=b',
        'x-forwarded-for': '1.2.3.4',
      }),
    )
    expect(response.status).toBe(201)
    expect(response.headers.get('headwater-served-by')).toBe('origin')
    expect(response.headers.has('set-cookie')).toBe(false)
    expect(response.headers.has('server')).toBe(false)
    expect(bodies).toEqual(['{"text":"hi"}'])
    const { headers, url } = edge.forwarded[0] as Request
    expect(url).toBe('http://origin.test/v1/posts')
    expect(headers.get('idempotency-key')).toBe('key-1')
    expect(headers.get('headwater-request-id')).toBe(response.headers.get('headwater-request-id'))
    expect(headers.has('cookie')).toBe(false)
    expect(headers.has('x-forwarded-for')).toBe(false)
  })

  it('is the look-up of several profiles, which needs no token', async () => {
    const edge = edgeUnderTest({ originDouble: () => Response.json({ items: [] }) })
    const body = JSON.stringify({ ids: [me] })
    const request = new Request('http://edge.test/v1/users/batch', { method: 'POST', body })

    expect((await edge.send(request)).status).toBe(200)
    expect(edge.forwarded).toHaveLength(1)
  })

  it('comes back with what its status requires', async () => {
    const required = { allow: 'GET, HEAD', 'www-authenticate': 'Bearer' }
    const edge = edgeUnderTest({
      originDouble: () => new Response('{}', { status: 405, headers: required }),
    })
    const { headers } = await edge.get('/v1/anything', me)

    expect(Object.fromEntries(headers)).toMatchObject(required)
  })

  it('is no body of more than 64 kB', async () => {
    const edge = edgeUnderTest()
    expect(await codeOf(await edge.send(await write('x'.repeat(1_000_000))))).toBe(
      '413 BODY_TOO_LARGE',
    )
    expect(edge.forwarded).toEqual([])
  })

  it('is a write once, and a read at most twice', async () => {
    const edge = edgeUnderTest()
    const response = await edge.send(await write('{}'))
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await codeOf(response)).toBe('503 STORE_UNAVAILABLE')
    expect(edge.forwarded).toHaveLength(1)
    await edge.get('/v1/users/me/mutes', me)
    expect(edge.forwarded).toHaveLength(3)
  })

  it('is nothing for a second after five failures in a row', async () => {
    const edge = edgeUnderTest()
    for (let n = 0; n < 5; n += 1) await edge.send(await write('{}'))
    await edge.send(await write('{}'))
    expect(edge.forwarded).toHaveLength(5)
    edge.clock.nowMs += 1_000
    await edge.send(await write('{}'))
    expect(edge.forwarded).toHaveLength(6)
  })

  it('becomes a 503 when the answer breaks off or has no end', async () => {
    const broken = new ReadableStream({
      start: (controller) => controller.error(new Error('the connection is gone')),
    })
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024)),
    })
    for (const body of [broken, endless]) {
      const edge = edgeUnderTest({ originDouble: () => new Response(body) })
      expect((await edge.send(await write('{}'))).status).toBe(503)
    }
  })
})
