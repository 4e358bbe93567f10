import { AppError } from '../../shared/errors.ts'
import { HEADERS } from '../../shared/headers.ts'
import type { Token } from '../../shared/horizon.ts'
import { parseToken } from '../../shared/token.ts'
import { nearestFirst } from '../l2/nearest.ts'
import type { Coordinates } from '../l2/pipeline.ts'
import type { RegionReader } from '../l2/region-reader.ts'
import type { ForwardedTokens } from '../origin/forwarded-tokens.ts'
import type { Reader } from '../reader.ts'
import type { Later } from '../single-flight.ts'
import type { Viewers } from '../viewers.ts'

export interface FindReaderDeps {
  readonly regions: readonly (RegionReader & Coordinates)[]
  readonly forwarded: ForwardedTokens
  readonly viewers: Viewers
}

export type FindReader = (request: Request, subject: string | undefined, later: Later) => Reader

/** Who reads, from where, and how much the answer must have. */
export const findReader =
  ({ regions, forwarded, viewers }: FindReaderDeps): FindReader =>
  (request, subject, later) => {
    const header = request.headers.get(HEADERS.token)
    return {
      viewer: subject === undefined ? undefined : viewers.of(subject),
      signedIn: subject !== undefined,
      // An author who drops the token of its write still sees it, through the isolate that sent it on.
      token:
        header === null
          ? subject === undefined
            ? undefined
            : forwarded.of(subject)
          : checked(header),
      // Where there is one, it is the nearest, wherever the reader is.
      regions: regions.length < 2 ? regions : nearestFirst(regions, coordinatesOf(request)),
      later,
    }
  }

function checked(header: string): Token {
  const token = parseToken(header)
  if (token === undefined) throw new AppError('CONSISTENCY_TOKEN_INVALID', 'not a token')
  return token
}

/** Where Cloudflare thinks that the reader is; its numbers come as text. */
function coordinatesOf(request: Request): Coordinates | undefined {
  const { cf } = request as Request & {
    readonly cf?: { readonly latitude?: unknown; readonly longitude?: unknown }
  }
  const [latitude, longitude] = [cf?.latitude, cf?.longitude].map((value) =>
    typeof value === 'string' && value !== '' ? Number(value) : Number.NaN,
  )
  return latitude !== undefined &&
    longitude !== undefined &&
    Number.isFinite(latitude) &&
    Number.isFinite(longitude)
    ? { latitude, longitude }
    : undefined
}
