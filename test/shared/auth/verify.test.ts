import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
  UnsecuredJWT,
  type CryptoKey,
  type JWK,
  type JWTPayload,
} from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bearerOf } from '../../../shared/auth/bearer.ts'
import { tokenVerifier } from '../../../shared/auth/verify.ts'

const SECRET = 'a secret of more than thirty-two characters'
const NOW_MS = Date.parse('2026-11-21T10:00:00Z')
const bytes = (text: string) => new TextEncoder().encode(text)
const claims = (over: Record<string, unknown> = {}): JWTPayload => ({
  sub: '42',
  iss: 'headwater',
  aud: 'headwater',
  iat: NOW_MS / 1000 - 60,
  exp: NOW_MS / 1000 + 60,
  ...over,
})
const hs256 = (payload: JWTPayload, secret = SECRET, alg = 'HS256') =>
  new SignJWT(payload).setProtectedHeader({ alg }).sign(bytes(secret))

const options = { issuer: 'headwater', audience: 'headwater', now: () => NOW_MS }
const verify = tokenVerifier({ ...options, secret: SECRET })

describe('a token signed with the shared secret', () => {
  it('tells who it is, what it allows and until when', async () => {
    const token = await hs256(claims({ scope: 'operator  other' }))
    expect(await verify(token)).toEqual({
      subject: '42',
      scopes: new Set(['operator', 'other']),
      expiresAtMs: NOW_MS + 60_000,
    })
  })

  it.each([
    ['of another issuer', claims({ iss: 'somebody' })],
    ['for another audience', claims({ aud: 'something' })],
    ['that begins later', claims({ nbf: NOW_MS / 1000 + 60 })],
    ['without an end', claims({ exp: undefined })],
    ['without a subject', claims({ sub: undefined })],
    ['with an empty subject', claims({ sub: '' })],
    ['with an endless subject', claims({ sub: 'x'.repeat(201) })],
  ])('%s is invalid', async (_what, payload) => {
    await expect(verify(await hs256(payload))).rejects.toMatchObject({ code: 'AUTH_TOKEN_INVALID' })
  })

  it('has expired at its end, give or take a clock', async () => {
    const seconds = NOW_MS / 1000
    expect((await verify(await hs256(claims({ exp: seconds - 2 })))).subject).toBe('42')
    await expect(verify(await hs256(claims({ exp: seconds - 6 })))).rejects.toMatchObject({
      code: 'AUTH_TOKEN_EXPIRED',
    })
  })

  it.each([
    ['by another key', () => hs256(claims(), 'another secret of thirty-two characters')],
    ['with another algorithm', () => hs256(claims(), SECRET.repeat(2), 'HS512')],
    ['by nobody', async () => new UnsecuredJWT(claims()).encode()],
    ['and then changed', async () => (await hs256(claims())).replace(/\..*\./, `.${btoa('{}')}.`)],
    ['and cut', async () => (await hs256(claims())).slice(0, -4)],
    ['as words', async () => 'not a token'],
    ['as nothing', async () => ''],
  ])('signed %s is invalid', async (_what, token) => {
    await expect(verify(await token())).rejects.toMatchObject({ code: 'AUTH_TOKEN_INVALID' })
  })
})

describe('a token signed by a key of the key set', () => {
  const keys = new Map<string, CryptoKey>()
  let publicPem = ''
  let fetches = 0
  let answer: () => { status: number; body: string } = () => ({ status: 500, body: '' })
  const server = createServer((_request, response) => {
    fetches += 1
    const { status, body } = answer()
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  })
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`

  beforeAll(async () => {
    const published: JWK[] = []
    for (const alg of ['RS256', 'ES256', 'EdDSA', 'PS256']) {
      const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
      keys.set(alg, privateKey)
      published.push({ ...(await exportJWK(publicKey)), kid: alg, alg })
      if (alg === 'RS256') publicPem = await exportSPKI(publicKey)
    }
    keys.set('unpublished', (await generateKeyPair('ES256')).privateKey)
    answer = () => ({ status: 200, body: JSON.stringify({ keys: published }) })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterAll(() => void server.close())

  const signed = (key: string, alg = key, kid = key) => {
    const privateKey = keys.get(key)
    if (privateKey === undefined) throw new TypeError(key)
    return new SignJWT(claims()).setProtectedHeader({ alg, kid }).sign(privateKey)
  }

  it.each(['RS256', 'ES256', 'EdDSA'])('verifies with %s', async (alg) => {
    const both = tokenVerifier({ ...options, secret: SECRET, jwksUrl: url() })
    expect((await both(await signed(alg))).subject).toBe('42')
  })

  it('is invalid with an algorithm that is not on the list', async () => {
    const byKeySet = tokenVerifier({ ...options, jwksUrl: url() })
    await expect(byKeySet(await signed('PS256'))).rejects.toMatchObject({
      code: 'AUTH_TOKEN_INVALID',
    })
  })

  it('is invalid when a public key was used as a secret', async () => {
    const byKeySet = tokenVerifier({ ...options, jwksUrl: url() })
    const both = tokenVerifier({ ...options, secret: SECRET, jwksUrl: url() })
    for (const one of [byKeySet, both]) {
      await expect(one(await hs256(claims(), publicPem))).rejects.toMatchObject({
        code: 'AUTH_TOKEN_INVALID',
      })
    }
  })

  it('is invalid by an unknown key, which does not fetch the key set anew each time', async () => {
    const byKeySet = tokenVerifier({ ...options, jwksUrl: url() })
    const before = fetches
    for (const kid of ['ES256', 'a', 'b', 'c']) {
      await expect(byKeySet(await signed('unpublished', 'ES256', kid))).rejects.toMatchObject({
        code: 'AUTH_TOKEN_INVALID',
      })
    }
    expect(fetches - before).toBe(1)
  })

  it('cannot be judged while the key set is away', async () => {
    const token = await signed('ES256')
    const good = answer
    for (const bad of [
      { status: 500, body: '' },
      { status: 200, body: 'garbage' },
      { status: 200, body: '{}' },
    ]) {
      answer = () => bad
      await expect(tokenVerifier({ ...options, jwksUrl: url() })(token)).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
      })
    }
    answer = good
    await expect(
      tokenVerifier({ ...options, jwksUrl: 'http://127.0.0.1:9/jwks' })(token),
    ).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })
})

describe('the header', () => {
  it('holds a bearer token, in whatever case', () => {
    expect(bearerOf('Bearer a.b.c')).toBe('a.b.c')
    expect(bearerOf('bearer  a-b_c=')).toBe('a-b_c=')
  })

  it.each([undefined, null, '', 'Bearer', 'Basic abc', 'Bearer a b', 'a.b.c'])(
    'without one (%s) asks for it',
    (header) => {
      expect(() => bearerOf(header)).toThrow(expect.objectContaining({ code: 'AUTH_REQUIRED' }))
    },
  )

  it('of excessive length is invalid', () => {
    expect(() => bearerOf(`Bearer ${'x'.repeat(8_193)}`)).toThrow(
      expect.objectContaining({ code: 'AUTH_TOKEN_INVALID' }),
    )
  })
})
