import { AppError, type ErrorCode } from '../../../shared/errors.ts'
import type { FeedPage, FeedPageRequest } from '../../../shared/feed/page.ts'
import { HEADERS } from '../../../shared/headers.ts'
import type { Token } from '../../../shared/horizon.ts'
import type { PostId, UserId } from '../../../shared/ids.ts'
import { problemOf } from '../../../shared/problem.ts'
import { formatToken, parseToken } from '../../../shared/token.ts'
import { runCommands } from '../../../origin/adapters/memory/waves.ts'
import { PLAIN, type Answer } from '../../../edge/answer.ts'
import { checks } from '../../../edge/cache/checks.ts'
import { memory } from '../../../edge/cache/memory.ts'
import { serveFeed } from '../../../edge/feed/serve-feed.ts'
import type { Pipeline } from '../../../edge/l2/pipeline.ts'
import { hedgeBudget } from '../../../edge/l2/hedge-budget.ts'
import { regionReader } from '../../../edge/l2/region-reader.ts'
import { forwardedTokens } from '../../../edge/origin/forwarded-tokens.ts'
import { servePost } from '../../../edge/read/post.ts'
import type { ReadContext } from '../../../edge/read/serve-read.ts'
import { forgetWritten } from '../../../edge/routes/forget-written.ts'
import type { After } from '../../../edge/single-flight.ts'
import type { Answered, Bytes, OriginWire } from './wire.ts'
import type { SimProcess } from './process.ts'
import type { Seam } from './seam.ts'
import type { Stores } from './stores.ts'

export interface EdgeDeps {
  readonly process: SimProcess
  readonly seam: Seam
  readonly stores: Stores
  readonly origin: OriginWire
  readonly interrupt: (store: 'l2') => ((at: number) => Promise<void> | undefined) | undefined
  readonly replicaWasBehind: (writes: number) => void
  readonly onUnexpected: (error: unknown) => void
}

/** One isolate: what the routes of the edge do, without the bytes of HTTP. */
export interface SimEdge {
  feed(
    viewer: UserId,
    request: FeedPageRequest,
    token: Token | undefined,
  ): Promise<Answered<FeedPage>>
  post(viewer: UserId, post: PostId, token: Token | undefined): Promise<Answered<{ text: string }>>
  /** Sends a write on, and remembers of the answer what later reads need. */
  write(viewer: UserId, pathname: string, send: () => Promise<Token>): Promise<Token>
}

export function simEdge(deps: EdgeDeps): SimEdge {
  const { process, seam, stores, origin } = deps
  const { now } = process.pace
  const l1 = memory({ checks, now })
  /** A store that does not answer is planned; its reader goes elsewhere. */
  const failed = (error: unknown) => {
    if (!(error instanceof AppError)) deps.onUnexpected(error)
  }
  const catchUp = () => stores.replica.catchUp(stores.redis.now() - stores.replicaLagMs)
  const pipeline: Pipeline = (commands) =>
    seam.call(process, 'l2', 'pipeline', () => {
      const behind = catchUp()
      if (behind > 0) deps.replicaWasBehind(behind)
      const interrupt = deps.interrupt('l2')
      // The replica goes on while others come in between.
      return runCommands(stores.replica.node, commands, (at) =>
        interrupt?.(at)?.then(() => void catchUp()),
      )
    })
  const after: After = (ms, fire) => process.after(ms, fire)
  const region = regionReader(
    { name: 'here', latitude: 0, longitude: 0, pipeline },
    { memory: l1, now, after, report: failed, heardElsewhere: () => false },
  )
  const forwarded = forwardedTokens(now)

  const contextOf = (
    viewer: UserId,
    token: Token | undefined,
    toOrigin: ReadContext['toOrigin'],
  ): ReadContext => ({
    reader: {
      viewer,
      signedIn: true,
      token: token ?? forwarded.of(viewer),
      regions: [region],
      later: (work) => void work.catch(failed),
    },
    memory: l1,
    checks,
    now,
    hedging: { budget: hedgeBudget(), after },
    ifNoneMatch: () => undefined,
    toOrigin,
  })

  return {
    feed: async (viewer, request, token) =>
      answered(() =>
        serveFeed(
          contextOf(viewer, token, (raised) =>
            answerOf(() => origin.feed(process, viewer, request, raised)),
          ),
          request,
        ),
      ),
    post: async (viewer, post, token) =>
      answered(() =>
        servePost(
          contextOf(viewer, token, (raised) =>
            answerOf(() => origin.post(process, viewer, post, raised)),
          ),
          post,
        ),
      ),
    async write(viewer, pathname, send) {
      const token = await seam.call(process, 'origin', pathname, send, { neverLate: true })
      forwarded.note(viewer, token)
      forgetWritten(l1, pathname, viewer)
      return token
    },
  }
}

/** As the origin's HTTP says it. */
async function answerOf(ask: () => Promise<Bytes>): Promise<Answer> {
  try {
    const { body, token, completeness } = await ask()
    const headers = {
      [HEADERS.completeness]: completeness,
      ...(token === undefined ? {} : { [HEADERS.token]: formatToken(token) }),
    }
    return { status: 200, like: PLAIN, headers, body }
  } catch (error) {
    // Not the origin's answer: it could not be reached.
    if (!(error instanceof AppError) || error.message.startsWith('origin ')) throw error
    const body = JSON.stringify(problemOf(error, 'sim'))
    return { status: error.spec.status, like: PLAIN, headers: {}, body }
  }
}

async function answered<Body>(serve: () => Promise<Answer>): Promise<Answered<Body>> {
  const { status, like, headers, body: bytes } = await serve()
  const text = typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes ?? undefined)
  const body = JSON.parse(text) as Body & { code?: ErrorCode }
  if (status >= 400) throw new AppError(body.code ?? 'INTERNAL', 'the origin said so')
  const said = (header: string) => headers[header] ?? like.headers.get(header) ?? undefined
  return {
    body,
    token: parseToken(headers[HEADERS.token] ?? ''),
    servedBy: said(HEADERS.servedBy) ?? 'origin',
    completeness: said(HEADERS.completeness) ?? 'complete',
  }
}
