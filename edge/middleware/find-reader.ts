import { createMiddleware } from 'hono/factory'
import { AppError } from '../../shared/errors.ts'
import { HEADERS } from '../../shared/headers.ts'
import type { Token } from '../../shared/horizon.ts'

import { parseToken } from '../../shared/token.ts'
import { coordinatesOf, type EdgeEnv } from '../edge-env.ts'
import { nearestFirst } from '../l2/nearest.ts'
import type { Coordinates } from '../l2/pipeline.ts'
import type { RegionReader } from '../l2/region-reader.ts'
import type { ForwardedTokens } from '../origin/forwarded-tokens.ts'
import type { Viewers } from '../viewers.ts'

export interface FindReaderDeps {
  readonly regions: readonly (RegionReader & Coordinates)[]
  readonly forwarded: ForwardedTokens
  readonly viewers: Viewers
}

/** Who reads, from where, and how much the answer must have. */
export const findReader = ({ regions, forwarded, viewers }: FindReaderDeps) =>
  createMiddleware<EdgeEnv>(async (c, next) => {
    const subject = c.get('subject')
    const header = c.req.header(HEADERS.token)
    c.set('reader', {
      viewer: subject === undefined ? undefined : viewers.of(subject),
      signedIn: subject !== undefined,
      // An author who drops the token of its write still sees it, through the isolate that sent it on.
      token:
        header === undefined ? (subject && forwarded.of(subject)) || undefined : checked(header),
      regions: nearestFirst(regions, coordinatesOf(c.req.raw)),
      later: c.get('later'),
    })
    await next()
  })

function checked(header: string): Token {
  const token = parseToken(header)
  if (token === undefined) throw new AppError('CONSISTENCY_TOKEN_INVALID', 'not a token')
  return token
}
