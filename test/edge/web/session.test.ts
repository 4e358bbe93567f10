import { describe, expect, it } from 'vitest'
import { characters } from '../../../edge/web/composer.js'
import { POST_TEXT_CHARACTERS_MAX as ON_THE_PAGE } from '../../../edge/web/limits.js'
import { looksLikeToken, session } from '../../../edge/web/session.js'
import { subjectOf } from '../../../edge/web/viewer.js'
import { POST_TEXT_CHARACTERS_MAX } from '../../../shared/limits.ts'
import { PostText } from '../../../shared/post.ts'

/** What a browser's storage does, as far as a session uses it. */
function storage() {
  const kept = new Map<string, string>()
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  }
}

const aSession = () => session(storage() as Parameters<typeof session>[0])
const encoded = (value: unknown) =>
  btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value))))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')

describe('a session', () => {
  it('forgets the consistency token of another sign-in, and keeps the draft', () => {
    const current = aSession()
    current.begin('a.b.c')
    current.advance('1.20')
    current.keepDraft({ text: 'half a thou', key: 'k' })
    current.end()
    expect(current.token()).toBeNull()
    current.begin('d.e.f')

    expect(current.horizon()).toBeNull()
    expect(current.draft()).toEqual({ text: 'half a thou', key: 'k' })
  })

  it('is ranked unless the reader chose otherwise', () => {
    const current = aSession()
    expect(current.mode()).toBe('ranked')
    current.choose('latest')
    expect(current.mode()).toBe('latest')
  })
})

describe('a token', () => {
  it('has three parts', () => {
    expect(looksLikeToken('eyJh.eyJz.c2ln-_')).toBe(true)
    for (const text of ['', 'a.b', 'a.b.c.d', 'a b.c.d']) expect(looksLikeToken(text)).toBe(false)
  })

  it('names its subject in any script, and nothing when it is none of ours', () => {
    expect(subjectOf(`x.${encoded({ sub: 'søren-三' })}.y`)).toBe('søren-三')
    expect(subjectOf(`x.${encoded({ sub: 7 })}.y`)).toBeUndefined()
    expect(subjectOf('x.%%%.y')).toBeUndefined()
  })
})

describe('the length of a text', () => {
  it('has the bound of the server, and is counted as there', () => {
    expect(ON_THE_PAGE).toBe(POST_TEXT_CHARACTERS_MAX)
    for (const length of [POST_TEXT_CHARACTERS_MAX, POST_TEXT_CHARACTERS_MAX + 1]) {
      const text = '🌊'.repeat(length)
      expect(PostText.safeParse(text).success).toBe(characters(text) <= ON_THE_PAGE)
    }
  })
})
