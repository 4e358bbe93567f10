import { matchesTag } from '../../shared/etag.ts'
import type { Completeness } from '../../shared/feed/page.ts'
import { HEADERS, PRIVATE, PUBLIC } from '../../shared/headers.ts'
import { tokenOf, type Horizon, type Token } from '../../shared/horizon.ts'
import { formatToken, laterToken } from '../../shared/token.ts'
import { likeness, type Answer } from '../answer.ts'
import type { Reason } from '../not-at-edge.ts'

/** What the edge can say by itself. */
export interface EdgeAnswer {
  readonly body: string
  readonly asOf: Horizon | undefined
  readonly completeness: Completeness
  readonly cacheControl: typeof PUBLIC | typeof PRIVATE
  /** Of public answers; those to one reader are kept nowhere. */
  readonly etag?: string | undefined
  /** False: the origin is asked, and this is served only where it does not answer. */
  readonly whole: boolean
  /** Why not. */
  readonly reason: Reason
  /** Of what L1 kept for the worst case, whatever was tried before. */
  readonly servedBy?: 'l1'
}

export interface Circumstances {
  /** What the reader asked the answer to have. */
  readonly token: Token | undefined
  readonly ifNoneMatch: () => string | undefined
  readonly layer: 'l1' | 'l2'
  readonly timing: string
}

const likenesses = (cacheControl: string, more: Readonly<Record<string, string>>) => {
  const of = (layer: 'l1' | 'l2') =>
    likeness({
      'content-type': 'application/json',
      [HEADERS.cacheControl]: cacheControl,
      [HEADERS.completeness]: 'complete' satisfies Completeness,
      [HEADERS.servedBy]: layer,
      ...more,
    })
  return { l1: of('l1'), l2: of('l2') }
}
const LIKE = {
  // One address has two kinds of answer.
  [PUBLIC]: likenesses(PUBLIC, { vary: 'Authorization' }),
  [PRIVATE]: likenesses(PRIVATE, {}),
}

export function answerOf(answer: EdgeAnswer, circumstances: Circumstances): Answer {
  const { cacheControl, completeness, body, etag } = answer
  const like = LIKE[cacheControl][answer.servedBy ?? circumstances.layer]
  const headers: Record<string, string> = { [HEADERS.serverTiming]: circumstances.timing }
  if (completeness !== 'complete') headers[HEADERS.completeness] = completeness
  const token = laterToken(circumstances.token, answer.asOf && tokenOf(answer.asOf))
  if (token !== undefined) headers[HEADERS.token] = formatToken(token)
  if (cacheControl !== PUBLIC || etag === undefined) return { status: 200, like, headers, body }

  headers['etag'] = etag
  return matchesTag(circumstances.ifNoneMatch(), etag)
    ? { status: 304, like, headers, body: null }
    : { status: 200, like, headers, body }
}
