import type { Coordinates } from './l2/pipeline.ts'
import type { Reader } from './reader.ts'
import type { Later } from './single-flight.ts'

/** What middleware finds out about a request, for the handlers behind it. */
export interface EdgeVariables {
  requestId: string
  later: Later
  /** The subject of a verified bearer token; `undefined`: nobody signed in. */
  subject: string | undefined
  reader: Reader
}

export interface EdgeEnv {
  Variables: EdgeVariables
}

/** Where Cloudflare thinks that the reader is; its numbers come as text. */
export function coordinatesOf(request: Request): Coordinates | undefined {
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
