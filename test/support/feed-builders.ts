import type { Horizon } from '../../shared/horizon.ts'
import { ID_EPOCH_MS, type PostId, type UserId } from '../../shared/ids.ts'
import type { Generation } from '../../shared/list.ts'
import type { PartitionMark } from '../../shared/watermark.ts'

let sequence = 0

/** Each id is newer than the last. `atMs` and the shard are those of its bits. */
const anId = (atMs: number): string => {
  sequence += 1
  const bits = (BigInt(atMs - ID_EPOCH_MS) << 22n) | BigInt(sequence)
  return bits.toString()
}

const START_MS = Date.UTC(2026, 0, 1)

export const aPost = (): PostId => anId(START_MS + sequence * 10) as PostId
export const aUser = (): UserId => anId(START_MS - 1_000_000 + sequence * 10) as UserId

export const aHorizon = (xmin = 100): Horizon => ({ epoch: 1, xmin, xmax: xmin, xip: [] })

export const aMark = (tick: number): PartitionMark => ({
  tick,
  xmin: 1_000 + tick,
  atMs: START_MS + tick * 250,
})

export const aGeneration = (number = 1): Generation => `1.${number}` as Generation
