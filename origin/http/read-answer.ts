import { HEADERS, PUBLIC } from '../../shared/headers.ts'
import type { Completeness } from '../../shared/feed/page.ts'
import type { Token } from '../../shared/horizon.ts'
import { answer, answerJson, setHeader } from './answer.ts'
import { giveToken } from './consistency.ts'
import type { OriginContext } from './context.ts'

/** A read's JSON, joined elsewhere, and what its headers say. */
export interface ReadAnswer {
  readonly body: Uint8Array<ArrayBuffer> | string
  readonly completeness?: Completeness | undefined
  readonly token?: Token | undefined
  /** Quoted, weak or not, as the header has it. */
  readonly etag?: string | undefined
}

/** Answers 304 to a client that has these bytes. Public pages may be kept, and asked for again. */
export function answerRead(c: OriginContext, read: ReadAnswer): Response {
  const { body, completeness, token, etag } = read
  giveToken(c, token)
  if (completeness !== undefined) setHeader(c, HEADERS.completeness, completeness)
  if (c.get('identity') === undefined) setHeader(c, HEADERS.cacheControl, PUBLIC)
  // One address has two kinds of answer.
  setHeader(c, 'vary', 'Authorization')
  if (etag !== undefined) {
    setHeader(c, 'etag', etag)
    if (matches(c.req.header('if-none-match'), etag)) return answer(c, null, 304)
  }
  return answerJson(c, body, 200)
}

const strong = (etag: string): string => etag.trim().replace(/^W\//, '')

const matches = (header: string | undefined, etag: string): boolean =>
  header !== undefined && header.split(',').some((one) => strong(one) === strong(etag))
