import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '../../shared/errors.ts'
import { HEADERS, PRIVATE } from '../../shared/headers.ts'
import { PROBLEM_CONTENT_TYPE, problemOf } from '../../shared/problem.ts'
import type { Admission } from './admission.ts'

type Listener = (request: IncomingMessage, response: ServerResponse) => void

export interface ShedLoadDeps {
  readonly admission: Pick<Admission, 'enter' | 'leave'>
  readonly newRequestId: () => string
  /** Called for each request that was sent away. */
  readonly refused: () => void
}

const OVERLOADED = new AppError('OVERLOADED', 'more requests than this process can answer')
const CLIENTS = /^\/v1\//

/**
 * Before anything is made of a request: of three that come two are sent away, so sending one away has to
 * cost next to nothing. Health and documents are always answered.
 */
export const shedLoad =
  (
    { admission: { enter, leave }, newRequestId, refused }: ShedLoadDeps,
    listener: Listener,
  ): Listener =>
  (request, response) => {
    if (!CLIENTS.test(request.url ?? '')) return listener(request, response)
    if (enter()) {
      // Also when the client went away: whatever is made for it ends soon after.
      response.once('close', leave)
      return listener(request, response)
    }
    refused()
    const requestId = newRequestId()
    const body = JSON.stringify(problemOf(OVERLOADED, requestId))
    const { status } = OVERLOADED.spec
    response.writeHead(status, {
      'content-type': PROBLEM_CONTENT_TYPE,
      'content-length': Buffer.byteLength(body),
      [HEADERS.retryAfter]: String(OVERLOADED.retryAfterSeconds ?? 1),
      [HEADERS.cacheControl]: PRIVATE,
      [HEADERS.requestId]: requestId,
      [HEADERS.servedBy]: 'origin',
      'x-content-type-options': 'nosniff',
    })
    response.end(body)
  }
