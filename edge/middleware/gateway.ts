import { getQueryParam } from 'hono/utils/url'
import { bearerOf } from '../../shared/auth/bearer.ts'
import type { VerifyToken } from '../../shared/auth/verify.ts'
import { AppError } from '../../shared/errors.ts'
import { RATE_LIMIT_PERIOD_SECONDS } from '../../shared/limits.ts'
import type { Answer } from '../answer.ts'
import type { Serve } from '../asked.ts'
import type { Forward } from '../routes/forward.ts'
import type { Arrival, Handler } from '../routes/router.ts'
import type { Later } from '../single-flight.ts'
import type { FindReader } from './find-reader.ts'
import { isOurs, problemAnswer, type Report } from './problems.ts'
import {
  passes,
  RATE_LIMIT_POLICY,
  RATE_LIMIT_REACHED,
  rateLimitKey,
  type RateLimiter,
} from './rate-limit.ts'
import { responseOf, type Told } from './response-headers.ts'

export interface GatewayDeps {
  readonly verify: VerifyToken
  readonly limiter: RateLimiter | undefined
  readonly findReader: FindReader
  readonly forward: Forward
  readonly newId: () => string
  readonly report: Report
  /** Absent in a Worker, where each request has its own `waitUntil`. */
  readonly later: Later | undefined
}

export interface Gateway {
  /** Who asks, how often, and the read behind it, which sees no more of the request than it is handed. */
  readonly read: (serve: Serve) => Handler
  /** The same for those who signed in; the others are told to. */
  readonly signedIn: (serve: Serve) => Handler
  /** Everyone may have this, and nobody is looked up or counted. */
  readonly open: (answer: (request: Request) => Answer) => Handler
}

export function gateway(deps: GatewayDeps): Gateway {
  const { verify, limiter, findReader, forward, newId, report } = deps

  /** Nobody signed in is fine here; a token that does not verify is not. */
  async function admitted(
    { request, path, id, waitUntil }: Arrival,
    serve: Serve,
    needsToken: boolean,
    told: { -readonly [Part in keyof Told]: Told[Part] },
  ): Promise<Answer> {
    const { headers } = request
    const header = headers.get('authorization')
    const subject = header === null ? undefined : (await verify(bearerOf(header))).subject
    told.isPersonal = subject !== undefined
    if (limiter !== undefined) {
      const key = rateLimitKey(subject, headers)
      told.rateLimit = RATE_LIMIT_POLICY
      if (!(await passes(limiter, key))) {
        told.rateLimit = RATE_LIMIT_REACHED
        throw new AppError('RATE_LIMITED', key, { retryAfterSeconds: RATE_LIMIT_PERIOD_SECONDS })
      }
    }
    const reader = findReader(request, subject, deps.later ?? waitUntil ?? outOfWorker)
    if (needsToken && subject === undefined) throw new AppError('AUTH_REQUIRED', 'no bearer token')
    const { requestId } = told
    return serve({
      path,
      id,
      query: () => getQueryParam(request.url) as Record<string, string>,
      reader,
      ifNoneMatch: () => headers.get('if-none-match') ?? undefined,
      toOrigin: (token) => forward({ request, requestId, subject, reader }, token ?? reader.token),
    })
  }

  const through =
    (answerTo: (arrival: Arrival, told: Told) => Answer | Promise<Answer>): Handler =>
    async (arrival) => {
      const told = { requestId: newId(), isPersonal: false, rateLimit: undefined }
      try {
        return responseOf(await answerTo(arrival, told), told)
      } catch (error) {
        if (isOurs(error)) report(error, told.requestId)
        return responseOf(problemAnswer(error, told.requestId), told)
      }
    }

  return {
    read: (serve) => through((arrival, told) => admitted(arrival, serve, false, told)),
    signedIn: (serve) => through((arrival, told) => admitted(arrival, serve, true, told)),
    open: (answer) => through(({ request }) => answer(request)),
  }
}

const outOfWorker: Later = () => {
  throw new TypeError('nothing keeps work after the answer alive')
}
