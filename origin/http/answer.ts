import { createMiddleware } from 'hono/factory'
import { HEADERS, PRIVATE } from '../../shared/headers.ts'
import type { Now } from '../../shared/time.ts'
import type { OriginContext, OriginEnv } from './context.ts'

/**
 * The headers of one answer, gathered in a plain object until it is made: a Headers object checks and sorts
 * what it is given, which for a dozen of them takes as long as all that hono does.
 */
export interface Answering {
  readonly headers: Record<string, string>
  readonly durationMs: () => number
  /** Made with all of them. hono's own way makes an answer without. */
  isMade: boolean
}

/** What every answer says, whatever becomes of its request: above all, whether it may be kept. */
export const answerHeaders = (now: Now) =>
  createMiddleware<OriginEnv>(async (c, next) => {
    const startedAt = now()
    const answering: Answering = {
      headers: {
        [HEADERS.cacheControl]: PRIVATE,
        [HEADERS.servedBy]: 'origin',
        'x-content-type-options': 'nosniff',
      },
      durationMs: () => now() - startedAt,
      isMade: false,
    }
    c.set('answering', answering)
    await next()
    if (answering.isMade) return
    const { headers } = c.res
    for (const [name, value] of Object.entries(allOf(answering))) {
      if (!headers.has(name)) headers.set(name, value)
    }
  })

export function setHeader(c: OriginContext, name: string, value: string): void {
  c.get('answering').headers[name] = value
}

/** The answer with all that was gathered for it. */
export function answer(
  c: OriginContext,
  body: Uint8Array<ArrayBuffer> | string | null,
  status: number,
): Response {
  const answering = c.get('answering')
  answering.isMade = true
  return new Response(body, { status, headers: allOf(answering) })
}

/** JSON that was joined elsewhere. */
export function answerJson(
  c: OriginContext,
  json: Uint8Array<ArrayBuffer> | string,
  status: number,
): Response {
  setHeader(c, 'content-type', 'application/json')
  return answer(c, json, status)
}

function allOf({ headers, durationMs }: Answering): Readonly<Record<string, string>> {
  headers[HEADERS.serverTiming] = `origin;dur=${durationMs().toFixed(1)}`
  return headers
}
