import { expect, it } from 'vitest'
import { remembering } from '../../../shared/auth/remember.ts'
import type { Claims } from '../../../shared/auth/verify.ts'
import { VERIFIED_TOKEN_LIFE_MS, VERIFIED_TOKENS_MAX } from '../../../shared/limits.ts'

const START_MS = Date.parse('2026-11-21T10:00:00Z')

function world({ livesMs = 3_600_000 } = {}) {
  const seen: string[] = []
  let nowMs = START_MS
  const verify = remembering(
    (token): Promise<Claims> => {
      seen.push(token)
      if (token === 'bad') return Promise.reject(new Error('refused'))
      const claims = { subject: token, scopes: new Set<string>(), expiresAtMs: START_MS + livesMs }
      return Promise.resolve(claims)
    },
    () => nowMs,
  )
  return { verify, seen, at: (ms: number) => void (nowMs = START_MS + ms) }
}

it('checks a good token once, and tells each from the others', async () => {
  const { verify, seen } = world()
  const subjects = []
  for (const token of ['a', 'b', 'a', 'b']) subjects.push((await verify(token)).subject)
  expect(subjects).toEqual(['a', 'b', 'a', 'b'])
  expect(seen).toEqual(['a', 'b'])
})

it('checks again after a while, so that a withdrawn key is not trusted for ever', async () => {
  const { verify, seen, at } = world()
  await verify('a')
  at(VERIFIED_TOKEN_LIFE_MS)
  await verify('a')
  expect(seen).toEqual(['a', 'a'])
})

it('checks again when the token has expired, give or take a clock', async () => {
  const { verify, seen, at } = world({ livesMs: 10_000 })
  await verify('a')
  at(14_999)
  await verify('a')
  expect(seen).toEqual(['a'])
  at(15_000)
  await verify('a')
  expect(seen).toEqual(['a', 'a'])
})

it('checks again when the clock went backwards', async () => {
  const { verify, seen, at } = world()
  await verify('a')
  at(-1)
  await verify('a')
  expect(seen).toEqual(['a', 'a'])
})

it('never remembers a refusal', async () => {
  const { verify, seen } = world()
  await expect(verify('bad')).rejects.toThrow('refused')
  await expect(verify('bad')).rejects.toThrow('refused')
  expect(seen).toEqual(['bad', 'bad'])
})

it('forgets the oldest beyond its bound', async () => {
  const { verify, seen } = world()
  for (let token = 0; token <= VERIFIED_TOKENS_MAX; token += 1) await verify(String(token))
  await verify(String(VERIFIED_TOKENS_MAX))
  expect(seen).toHaveLength(VERIFIED_TOKENS_MAX + 1)
  await verify('0')
  expect(seen).toHaveLength(VERIFIED_TOKENS_MAX + 2)
})
