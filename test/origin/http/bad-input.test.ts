import { SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatCursor } from '../../../shared/cursor.ts'
import { postId, type UserId } from '../../../shared/ids.ts'
import { REQUEST_BODY_BYTES_MAX } from '../../../shared/limits.ts'
import { httpWorld, type HttpWorld } from './http-world.ts'

let world: HttpWorld
let ann: UserId
let ben: UserId
beforeAll(async () => {
  world = await httpWorld()
  ;[ann, ben] = (await world.people(2)) as [UserId, UserId]
})
afterAll(() => world[Symbol.asyncDispose]())

const problem = (status: number, code: string, errors?: readonly string[]) =>
  expect.objectContaining({
    status,
    json: expect.objectContaining({
      status,
      code,
      type: expect.stringMatching(/^urn:headwater:problem:/),
      title: expect.any(String),
      requestId: expect.any(String),
      ...(errors === undefined
        ? {}
        : { errors: errors.map((path) => expect.objectContaining({ path })) }),
    }),
  })

describe('a body that cannot be', () => {
  it.each([
    ['malformed', '{"text": "fine"', 400, 'BODY_MALFORMED'],
    ['empty', '', 400, 'BODY_MALFORMED'],
    ['not an object', '[]', 400, 'REQUEST_INVALID'],
    ['of a wrong type', { text: 42 }, 400, 'REQUEST_INVALID'],
    ['without its text', {}, 400, 'REQUEST_INVALID'],
    ['with an unknown field', { text: 'fine', media: [] }, 400, 'REQUEST_INVALID'],
    ['with an empty text', { text: '' }, 400, 'REQUEST_INVALID'],
    ['with a blank text', { text: ' \n\t ' }, 400, 'REQUEST_INVALID'],
    ['with 4,001 characters', { text: 'x'.repeat(4_001) }, 400, 'REQUEST_INVALID'],
    ['with 4,001 emoji', { text: '🌍'.repeat(4_001) }, 400, 'REQUEST_INVALID'],
    ['with a NUL byte', { text: 'a\u0000b' }, 400, 'REQUEST_INVALID'],
    ['with half a character', '{"text": "\\ud83c"}', 400, 'REQUEST_INVALID'],
    [
      'with a language that is none',
      { text: 'fine', language: 'klingon!' },
      400,
      'REQUEST_INVALID',
    ],
    ['of 1 MB', { text: 'x'.repeat(1_000_000) }, 413, 'BODY_TOO_LARGE'],
    ['a byte too large', ' '.repeat(REQUEST_BODY_BYTES_MAX + 1), 413, 'BODY_TOO_LARGE'],
  ])('%s is refused', async (_what, body, status, code) => {
    expect(await world.ask('POST', '/v1/posts', { as: ann, body })).toEqual(problem(status, code))
  })

  it('is named field by field', async () => {
    expect(
      await world.ask('POST', '/v1/posts', { as: ann, body: { text: 7, colour: 'red' } }),
    ).toEqual(problem(400, 'REQUEST_INVALID', ['text', 'colour']))
    expect(
      await world.ask('POST', '/v1/users/batch', { as: ann, body: { ids: [ann, 'me'] } }),
    ).toEqual(problem(400, 'REQUEST_INVALID', ['ids.1']))
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', ''])(
    'of the type “%s” is refused',
    async (type) => {
      const headers = { 'content-type': type }
      expect(
        await world.ask('POST', '/v1/posts', { as: ann, body: { text: 'fine' }, headers }),
      ).toEqual(problem(415, 'CONTENT_TYPE_UNSUPPORTED'))
    },
  )

  it('without an announced length is bounded as well', async () => {
    const chunk = new TextEncoder().encode('x'.repeat(16 * 1024))
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1
        if (sent > 64) controller.close()
        else controller.enqueue(chunk)
      },
    })
    const response = await fetch(`${world.url}/v1/posts`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await world.token(ann)}`,
      },
      body: endless,
      duplex: 'half',
    } as RequestInit)
    expect(response.status).toBe(413)
    await response.text()
  })
})

describe('text that is unusual but right', () => {
  it.each([
    ['emoji', '👩‍👩‍👧‍👦 🌍'.repeat(10)],
    ['right to left', 'مرحبا بالعالم \u202Eשלום'],
    ['4,000 emoji', '🌍'.repeat(4_000)],
    ['markup', '<script>alert(1)</script> & "quotes" \\ \n'],
  ])('with %s comes back as it was', async (_what, text) => {
    const { status, json } = await world.ask('POST', '/v1/posts', { as: ann, body: { text } })
    expect({ status, text: json['text'] }).toEqual({ status: 201, text })
    await world.rows('delete from posts')
  })
})

describe('an address that cannot be', () => {
  it.each([
    ['9223372036854775808', 'beyond 63 bits'],
    ['99999999999999999999999', 'far beyond'],
    ['0', 'zero'],
    ['-1', 'negative'],
    ['007', 'padded'],
    ['1e3', 'scientific'],
    ['abc', 'a word'],
    ['%00', 'a NUL byte'],
  ])('%s (%s) is refused', async (id) => {
    for (const [method, path] of [
      ['GET', `/v1/posts/${id}`],
      ['DELETE', `/v1/posts/${id}`],
      ['GET', `/v1/users/${id}`],
      ['PUT', `/v1/users/${id}/follow`],
      ['GET', `/v1/users/${id}/followers`],
    ] as const) {
      expect(await world.ask(method, path, { as: ann })).toEqual(
        problem(400, 'REQUEST_INVALID', ['path.id']),
      )
    }
  })

  it('with an unknown path or method is refused', async () => {
    expect(await world.ask('GET', '/v1/nothing', { as: ann })).toEqual(problem(404, 'NOT_FOUND'))
    expect(await world.ask('GET', '/%E0%A4%A')).toEqual(problem(404, 'NOT_FOUND'))
    const wrong = await world.ask('PATCH', `/v1/posts/${ann}`, { as: ann, body: {} })
    expect(wrong).toEqual(problem(405, 'METHOD_NOT_ALLOWED'))
    expect(wrong.headers.get('allow')).toBe('DELETE, GET, HEAD, PUT')
  })

  it.each([
    ['limit=51', 'query.limit'],
    ['limit=0', 'query.limit'],
    ['limit=ten', 'query.limit'],
    ['mode=best', 'query.mode'],
    ['page=2', 'query.page'],
    [`cursor=${'x'.repeat(513)}`, 'query.cursor'],
  ])('?%s is refused', async (query, path) => {
    expect(await world.ask('GET', `/v1/feed?${query}`, { as: ann })).toEqual(
      problem(400, 'REQUEST_INVALID', [path]),
    )
  })
})

describe('a cursor that is not the reader’s', () => {
  const latest = { kind: 'latest', before: postId('1000'), token: '1.1', atMs: Date.now() } as const
  const cursors: [string, () => string][] = [
    ['of another viewer', () => formatCursor(ben, latest)],
    ['mangled', () => formatCursor(ann, latest).replace(/.$/, (c) => (c === 'A' ? 'B' : 'A'))],
    ['cut', () => formatCursor(ann, latest).slice(0, -5)],
    ['of another version', () => btoa(JSON.stringify([2, 0, latest])).replace(/=+$/, '')],
    ['of words', () => 'hello'],
    ['with a NUL byte', () => '%00'],
  ]
  it.each(cursors)('%s is refused by the feed', async (_what, cursor) => {
    expect(await world.ask('GET', `/v1/feed?cursor=${cursor()}`, { as: ann })).toEqual(
      problem(400, 'FEED_CURSOR_INVALID'),
    )
  })

  it('of another list is refused by lists of people', async () => {
    for (const follower of await world.people(3)) {
      await world.commands.follow({ user: follower }, ann)
    }
    const page = await world.ask('GET', `/v1/users/${ann}/followers?limit=1`, { as: ann })
    const cursor = page.json['nextCursor'] as unknown as string
    expect((await world.ask('GET', `/v1/users/${ann}/followers?cursor=${cursor}`)).status).toBe(200)
    for (const path of [
      `/v1/users/${ben}/followers?cursor=${cursor}`,
      `/v1/users/me/blocks?cursor=${cursor}`,
      `/v1/users/${ann}/followers?cursor=${cursor}x`,
      `/v1/users/${ann}/followers?cursor=${btoa('1 99999999999999999999 x')}`,
    ]) {
      expect(await world.ask('GET', path, { as: ann })).toEqual(problem(400, 'FEED_CURSOR_INVALID'))
    }
  })
})

describe('a token that does not hold', () => {
  const key = new TextEncoder().encode('another secret of thirty-two characters')
  const forged = (claims: Record<string, unknown>) =>
    new SignJWT({ sub: ann, iss: 'headwater', aud: 'headwater', ...claims })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1h')
      .sign(key)
  const tokens: [string, string, () => Promise<string>][] = [
    ['signed by nobody', 'AUTH_TOKEN_INVALID', async () => new UnsecuredJWT({ sub: ann }).encode()],
    ['signed by another key', 'AUTH_TOKEN_INVALID', () => forged({})],
    ['for another audience', 'AUTH_TOKEN_INVALID', () => world.token(ann, { audience: 'other' })],
    ['of another issuer', 'AUTH_TOKEN_INVALID', () => world.token(ann, { issuer: 'other' })],
    ['of a subject that is no id', 'AUTH_TOKEN_INVALID', () => world.token('somebody')],
    ['as words', 'AUTH_TOKEN_INVALID', async () => 'words'],
    ['missing', 'AUTH_REQUIRED', async () => ''],
  ]
  it.each(tokens)('%s is refused as %s', async (_what, code, token) => {
    for (const [method, path] of [
      ['GET', '/v1/feed'],
      ['POST', '/v1/posts'],
      ['PUT', `/v1/users/${ben}/follow`],
    ] as const) {
      const answer = await world.ask(method, path, {
        headers: { authorization: `Bearer ${await token()}` },
        ...(method === 'POST' ? { body: { text: 'not mine' } } : {}),
      })
      expect(answer).toEqual(problem(401, code))
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    }
  })

  it('is refused on public pages too, rather than taken for nobody’s', async () => {
    const headers = { authorization: 'Bearer words' }
    expect(await world.ask('GET', `/v1/users/${ann}`, { headers })).toEqual(
      problem(401, 'AUTH_TOKEN_INVALID'),
    )
  })
})

describe('headers that do not hold', () => {
  it('name themselves', async () => {
    expect(
      await world.ask('GET', '/v1/feed', { as: ann, headers: { 'headwater-token': 'soon' } }),
    ).toEqual(problem(400, 'CONSISTENCY_TOKEN_INVALID'))
    for (const key of ['x'.repeat(201), 'with space']) {
      expect(
        await world.ask('POST', '/v1/posts', {
          as: ann,
          body: { text: 'fine' },
          headers: { 'idempotency-key': key },
        }),
      ).toEqual(problem(400, 'REQUEST_INVALID', ['header.idempotency-key']))
    }
  })
})

describe('all that was refused', () => {
  it('wrote nothing, and surprised nobody', async () => {
    expect(await world.rows('select text from posts')).toEqual([])
    expect(world.unexpected).toEqual([])
  })
})
