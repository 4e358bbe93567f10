import { L1_SERVE_MS } from '../../shared/limits.ts'
import type { Now } from '../../shared/time.ts'
import type { Listening } from '../cache/listening.ts'
import type { Memory } from '../cache/memory.ts'
import type { Coordinates, Region } from './pipeline.ts'
import { regionReader, type RegionReader } from './region-reader.ts'

export interface RegionReadersDeps {
  readonly regions: readonly Region[]
  readonly now: Now
  readonly report: (error: unknown, requestId: string) => void
}

/** All regions of an isolate. They share L1, and what was heard of one of them is heard. */
export function regionReaders(
  { regions, now, report }: RegionReadersDeps,
  memory: Memory,
): readonly (RegionReader & Coordinates)[] {
  const readers: (RegionReader & Coordinates)[] = []

  function hearsFrom(reader: RegionReader, { place, epoch }: Listening): boolean {
    const [theirs, seen] = [reader.listening(), reader.seen()]
    if (theirs === undefined || seen === undefined) return false
    const elapsedMs = now() - seen.sentAtMs
    return (
      theirs.epoch === epoch && theirs.start <= place && elapsedMs >= 0 && elapsedMs <= L1_SERVE_MS
    )
  }

  for (const [at, region] of regions.entries()) {
    const reader = regionReader(region, {
      memory,
      now,
      report: (error) => report(error, `region ${region.name}`),
      heardElsewhere: (listening) =>
        readers.some((other, index) => index !== at && hearsFrom(other, listening)),
    })
    readers.push({ ...reader, latitude: region.latitude, longitude: region.longitude })
  }
  return readers
}
