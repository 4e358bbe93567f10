import { formatHorizon, parseHorizon, type Horizon } from './horizon.ts'
import type { PostId } from './ids.ts'

/** Names one life of a bucket: `<epoch>.<number from a Postgres sequence>`. */
export type Generation = string & { readonly __brand: 'Generation' }

/** The last element of a list. Without a valid one the list is absent. */
export interface Marker {
  /** The highest id that the list may lack: above it (>) the list is complete. */
  readonly floor: PostId
  readonly generation: Generation
  /** What the warming read: pushes of everything later have landed or lie behind the watermark. */
  readonly horizon: Horizon
}

/** Ids in any order, repeats allowed; complete above `floor` for all that the horizon or the watermark has. */
export interface PostList {
  readonly ids: readonly PostId[]
  readonly floor: PostId
  readonly horizon: Horizon
}

/** `F<floor>:<generation>:<horizon>` */
export const formatMarker = ({ floor, generation, horizon }: Marker): string =>
  `F${floor}:${generation}:${formatHorizon(horizon)}`

function parseMarker(text: string): Marker | undefined {
  const match = /^F(\d{1,19}):(\d+\.\d+):(.+)$/.exec(text)
  const horizon = parseHorizon(match?.[3] ?? '')
  if (match === null || horizon === undefined) return undefined
  return { floor: match[1] as PostId, generation: match[2] as Generation, horizon }
}

/**
 * What LRANGE 0 -1 gave, as a list; `undefined` when it does not end in a marker of this generation.
 * Ids at or below the floor are late pushes of what was trimmed: the list does not speak for them.
 */
export function readList(
  elements: readonly string[],
  generation: Generation | undefined,
): PostList | undefined {
  const last = elements.at(-1)
  const marker = last === undefined ? undefined : parseMarker(last)
  if (marker === undefined || generation === undefined || marker.generation !== generation) {
    return undefined
  }
  return {
    ids: elements.slice(0, -1) as readonly string[] as readonly PostId[],
    floor: marker.floor,
    horizon: marker.horizon,
  }
}
