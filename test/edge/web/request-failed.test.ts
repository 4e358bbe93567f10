import { describe, expect, it } from 'vitest'
import { inWords } from '../../../edge/web/in-words.js'
import { RequestFailed, retryAfterMs } from '../../../edge/web/request-failed.js'
import { ERRORS } from '../../../shared/errors.ts'

const refusals = Object.entries(ERRORS).map(([code, { status, title }]) => ({
  code,
  failure: new RequestFailed('refused', { status, problem: { code, title } }),
}))

describe('Retry-After', () => {
  it('is seconds or a date, never in the past', () => {
    const nowMs = Date.parse('2026-01-01T00:00:00Z')
    expect(retryAfterMs('2', nowMs)).toBe(2_000)
    expect(retryAfterMs('Thu, 01 Jan 2026 00:00:03 GMT', nowMs)).toBe(3_000)
    expect(retryAfterMs('Wed, 31 Dec 2025 00:00:00 GMT', nowMs)).toBe(0)
    expect(retryAfterMs('soon', nowMs)).toBe(0)
    expect(retryAfterMs(null, nowMs)).toBe(0)
  })
})

describe('a refusal', () => {
  it.for(refusals)('is said in words: $code', ({ failure }) => {
    const { headline } = inWords(failure)
    expect(headline).toMatch(/^[A-Z].* .*\.$/)
    expect(headline).not.toContain('_')
  })

  it('ends the walk only where the place in it is lost', () => {
    const ends = refusals.filter(({ failure }) => failure.endsWalk).map(({ code }) => code)
    expect(ends).toEqual(['FEED_CURSOR_EXPIRED', 'FEED_CURSOR_INVALID', 'FEED_SESSION_GONE'])
  })

  it('may pass where the table of errors says that a retry can help', () => {
    const retryable = Object.entries(ERRORS).filter(([, { retry }]) => retry)
    for (const [code] of retryable)
      expect(refusals.find((refusal) => refusal.code === code)?.failure.mayPass).toBe(true)
    expect(new RequestFailed('offline').mayPass).toBe(true)
    expect(new RequestFailed('refused', { status: 404 }).mayPass).toBe(false)
  })
})
