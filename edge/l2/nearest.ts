import type { Coordinates } from './pipeline.ts'

const EARTH_KM = 6_371
const radians = (degrees: number): number => (degrees * Math.PI) / 180

/** Great-circle distance. */
function distanceKm(a: Coordinates, b: Coordinates): number {
  const half = (from: number, to: number) => Math.sin(radians(to - from) / 2) ** 2
  const chord =
    half(a.latitude, b.latitude) +
    Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * half(a.longitude, b.longitude)
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(chord)))
}

/** Nearest first; in the configured order for a reader whose place is unknown. */
export const nearestFirst = <Place extends Coordinates>(
  places: readonly Place[],
  reader: Coordinates | undefined,
): readonly Place[] =>
  reader === undefined
    ? places
    : places.toSorted((a, b) => distanceKm(a, reader) - distanceKm(b, reader))
