import { AppError } from '../../shared/errors.ts'
import { HEADERS } from '../../shared/headers.ts'
import type { Token } from '../../shared/horizon.ts'
import type { Now } from '../../shared/time.ts'
import type { Answer } from '../answer.ts'
import type { Checks } from '../cache/checks.ts'
import type { Memory } from '../cache/memory.ts'
import type { Hedging } from '../l2/hedged-read.ts'
import { NotAtEdge, type Reason } from '../not-at-edge.ts'
import type { Reader } from '../reader.ts'
import { answerOf, type EdgeAnswer } from './edge-answer.ts'
import { openReading, type Reading } from './reading.ts'

/** What every read works with. */
export interface ReadContext {
  readonly reader: Reader
  readonly memory: Memory
  readonly checks: Checks
  readonly now: Now
  readonly hedging: Hedging
  readonly ifNoneMatch: () => string | undefined
  /** Sends this very request on, with the token that the answer must have. */
  readonly toOrigin: (token?: Token) => Promise<Answer>
}

export interface ReadPlan {
  readonly token: Token | undefined
  /** Throws NotAtEdge where only the origin can tell. */
  edge(reading: Reading): Promise<EdgeAnswer>
  /** The last resort, older than it should be. */
  stale?(): EdgeAnswer | undefined
}

/** The ladder of every read at the edge: L1 and L2, the origin, what is left; and headers that say which it was. */
export async function serveRead(context: ReadContext, plan: ReadPlan): Promise<Answer> {
  const { memory, checks, now, hedging } = context
  const { regions, later } = context.reader
  const startedAtMs = now()
  const reading = openReading({ memory, checks, now, later, regions, hedging }, plan.token)
  const respond = (answer: EdgeAnswer) =>
    answerOf(answer, {
      token: plan.token,
      ifNoneMatch: context.ifNoneMatch,
      layer: reading.layer(),
      timing: timingOf(reading, now() - startedAtMs),
    })

  const own = await atEdge(plan, reading)
  if (typeof own !== 'string' && own.whole) return respond(own)

  const reason = typeof own === 'string' ? own : own.reason
  const left = typeof own === 'string' ? plan.stale?.() : own
  try {
    const answer = await context.toOrigin(reading.tokenForOrigin())
    if (answer.status >= 500 && left !== undefined) return respond(left)
    const theirs = answer.headers[HEADERS.serverTiming]
    const ours = `${timingOf(reading, now() - startedAtMs)}, why;desc="${reason}"`
    const timing = theirs === undefined ? ours : `${ours}, ${theirs}`
    return { ...answer, headers: { ...answer.headers, [HEADERS.serverTiming]: timing } }
  } catch (error) {
    if (left !== undefined && error instanceof AppError && error.spec.retry) return respond(left)
    throw error
  }
}

async function atEdge(plan: ReadPlan, reading: Reading): Promise<EdgeAnswer | Reason> {
  try {
    return await plan.edge(reading)
  } catch (error) {
    if (error instanceof NotAtEdge) return error.reason
    if (!(error instanceof AppError)) throw error
    // A refusal claims something too: a block that the reader's token has the end of is no reason.
    try {
      reading.asOf()
    } catch (beyond) {
      if (beyond instanceof NotAtEdge) return beyond.reason
      throw beyond
    }
    throw error
  }
}

const timingOf = (reading: Reading, elapsedMs: number): string =>
  `edge;dur=${elapsedMs}, l2;desc="${reading.waves()} waves${hedgedOf(reading.hedges())}"`

const hedgedOf = (hedges: number): string => (hedges === 0 ? '' : `, ${hedges} hedged`)
