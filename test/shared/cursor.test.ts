import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatCursor, parseCursor, type Cursor } from '../../shared/cursor.ts'
import { AppError, type ErrorCode } from '../../shared/errors.ts'
import { postId, userId } from '../../shared/ids.ts'
import { CURSOR_CHARACTERS_MAX, CURSOR_LIFE_MS } from '../../shared/limits.ts'

const [ada, bob] = [userId('3200000000000000001'), userId('3200000000000000002')]
const NOW_MS = Date.UTC(2026, 10, 21)

const latest: Cursor = {
  kind: 'latest',
  before: postId('3559132024012800006'),
  token: '1.812',
  atMs: NOW_MS,
}
const ranked: Cursor = {
  kind: 'ranked',
  session: '0f1e2d3c-0000-4000-8000-000000000000',
  index: 400,
  seam: '3559132024012800001',
  token: '123456789012345.123456789012345',
  atMs: NOW_MS,
}

function codeOf(parse: () => unknown): ErrorCode | undefined {
  try {
    parse()
    return undefined
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
}

describe('a cursor', () => {
  it.each([latest, ranked])('of a $kind walk comes back as it was', (cursor) => {
    const text = formatCursor(ada, cursor)

    expect(parseCursor(ada, text, NOW_MS)).toEqual(cursor)
    expect(text.length).toBeLessThanOrEqual(CURSOR_CHARACTERS_MAX)
    expect(text).toMatch(/^[\w-]+$/)
  })

  it('is refused to anyone else', () => {
    const text = formatCursor(ada, latest)

    expect(codeOf(() => parseCursor(bob, text, NOW_MS))).toBe('FEED_CURSOR_INVALID')
    expect(codeOf(() => parseCursor('public', text, NOW_MS))).toBe('FEED_CURSOR_INVALID')
  })

  it('is good for a day when it names a session, and then says so', () => {
    const text = formatCursor(ada, ranked)

    expect(codeOf(() => parseCursor(ada, text, NOW_MS + CURSOR_LIFE_MS))).toBeUndefined()
    expect(codeOf(() => parseCursor(ada, text, NOW_MS + CURSOR_LIFE_MS + 1))).toBe(
      'FEED_CURSOR_EXPIRED',
    )
  })

  it('never becomes another one when a character of it changes', () => {
    const character = fc.constantFrom(...'ABCxyz019-_=+/ é'.split(''))
    fc.assert(
      fc.property(fc.constantFrom(latest, ranked), fc.nat(300), character, (cursor, at, by) => {
        const text = formatCursor(ada, cursor)
        const place = at % text.length
        const mangled = text.slice(0, place) + by + text.slice(place + 1)
        const read = readOrCode(mangled)
        // The last character has bits that base64 does not use.
        expect([cursor, 'FEED_CURSOR_INVALID']).toContainEqual(read)
      }),
    )
  })

  it('is not any text whatever', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json().map(btoaOf)), (text) => {
        expect(readOrCode(text)).toBe('FEED_CURSOR_INVALID')
      }),
    )
  })

  it('of another version is refused', () => {
    const [, ...rest] = JSON.parse(atob(formatCursor(ada, latest))) as unknown[]

    expect(readOrCode(btoaOf(JSON.stringify([2, ...rest])))).toBe('FEED_CURSOR_INVALID')
  })
})

function readOrCode(text: string): Cursor | ErrorCode | undefined {
  let read: Cursor | undefined
  const code = codeOf(() => {
    read = parseCursor(ada, text, NOW_MS)
  })
  return read ?? code
}

const btoaOf = (json: string): string => Buffer.from(json).toString('base64url')
