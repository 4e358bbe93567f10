import { AppError } from '../../shared/errors.ts'
import { matchesTag } from '../../shared/etag.ts'
import { HEADERS, PUBLIC } from '../../shared/headers.ts'
import { tokenOf, type Token } from '../../shared/horizon.ts'
import type { Now } from '../../shared/time.ts'
import { formatToken, laterToken } from '../../shared/token.ts'
import type { Checks } from '../cache/checks.ts'
import type { Memory } from '../cache/memory.ts'
import type { Reader } from '../reader.ts'
import { edgeOrOrigin, type EdgeAnswer } from './edge-or-origin.ts'
import { openReading, type Reading } from './reading.ts'

/** What every read works with. */
export interface ReadContext {
  readonly reader: Reader
  readonly memory: Memory
  readonly checks: Checks
  readonly now: Now
  readonly ifNoneMatch: string | undefined
  /** Sends this very request on, with the token that the answer must have. */
  readonly toOrigin: (token: Token | undefined) => Promise<Response>
}

export interface ReadPlan {
  readonly token: Token | undefined
  /** Throws NotAtEdge where only the origin can tell. */
  edge(reading: Reading): Promise<EdgeAnswer>
  /** The last resort, older than it should be. */
  stale?(): EdgeAnswer | undefined
}

/** L1, L2, the origin, what is left: and headers that say which it was. */
export async function serveRead(context: ReadContext, plan: ReadPlan): Promise<Response> {
  const { reader, memory, checks, now } = context
  const startedAtMs = now()
  const { regions, later } = reader
  const reading = openReading({ memory, checks, now, later, regions }, plan.token)
  const timing = (...parts: readonly string[]) =>
    [`edge;dur=${now() - startedAtMs}`, `l2;desc="${reading.waves()} waves"`, ...parts].join(', ')

  return edgeOrOrigin({
    async edge() {
      try {
        return await plan.edge(reading)
      } catch (error) {
        // A refusal claims something too: a block that the reader's token has the end of is no reason.
        if (error instanceof AppError) reading.asOf()
        throw error
      }
    },
    stale: () => plan.stale?.(),
    async origin(reason) {
      const response = await context.toOrigin(reading.tokenForOrigin())
      const theirs = response.headers.get(HEADERS.serverTiming)
      response.headers.set(
        HEADERS.serverTiming,
        timing(`why;desc="${reason}"`, ...(theirs === null ? [] : [theirs])),
      )
      return response
    },
    respond(answer) {
      const headers = new Headers({
        'content-type': 'application/json',
        [HEADERS.cacheControl]: answer.cacheControl,
        [HEADERS.completeness]: answer.completeness,
        [HEADERS.servedBy]: answer.servedBy ?? reading.layer(),
        [HEADERS.serverTiming]: timing(),
      })
      const token = laterToken(plan.token, answer.asOf && tokenOf(answer.asOf))
      if (token !== undefined) headers.set(HEADERS.token, formatToken(token))
      if (answer.cacheControl !== PUBLIC) return new Response(answer.body, { headers })

      // One address has two kinds of answer.
      headers.set('vary', 'Authorization')
      const { etag } = answer
      if (etag === undefined) return new Response(answer.body, { headers })
      headers.set('etag', etag)
      return matchesTag(context.ifNoneMatch, etag)
        ? new Response(null, { status: 304, headers })
        : new Response(answer.body, { headers })
    },
  })
}
