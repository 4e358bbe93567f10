import { LOG_PARTITIONS } from '../../shared/keys.ts'
import type { Generation } from '../../shared/list.ts'
import {
  formatExceptions,
  formatMark,
  watermarkFields,
  type DeliveryException,
  type PartitionMark,
} from '../../shared/watermark.ts'
import type { Script } from './script.ts'

/**
 * Removes what a bucket held before its next life, unless that has begun: two consumers may empty a bucket
 * at once, and the slower one must not take away what the other has delivered since.
 */
export const EMPTY: Script = {
  name: 'empty',
  lua: `
if (redis.call('HGET', KEYS[1], 'g') or '') ~= ARGV[1] then return 0 end
return redis.call('UNLINK', unpack(KEYS, 2))
`,
}

/** A new life of a bucket, unless somebody else began one since we looked. */
export const BEGIN_LIFE: Script = {
  name: 'begin-life',
  lua: `
if (redis.call('HGET', KEYS[1], 'g') or '') ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
return 1
`,
}

export const beginLifeArguments = (
  found: Generation | undefined,
  generation: Generation,
  mark: PartitionMark,
): string[] => [
  found ?? '',
  watermarkFields.generation,
  generation,
  ...Array.from({ length: LOG_PARTITIONS }, (_, at) => at).flatMap((partition) => [
    watermarkFields.mark(partition),
    formatMark(mark),
  ]),
]

/**
 * Advances the marks of one bucket, all or none, by comparing each with what its consumer wrote last.
 * A difference means that the node lost writes or began another life: the claim would outlive its data.
 */
export const CLAIM: Script = {
  name: 'claim',
  lua: `
if redis.call('HGET', KEYS[1], 'g') ~= ARGV[1] then return 0 end
for at = 2, #ARGV, 5 do
  if (redis.call('HGET', KEYS[1], ARGV[at]) or '') ~= ARGV[at + 1] then return 0 end
end
for at = 2, #ARGV, 5 do
  redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4])
end
return 1
`,
}

export interface ClaimOfPartition {
  readonly partition: number
  readonly expected: PartitionMark | undefined
  readonly mark: PartitionMark
  readonly exceptions: readonly DeliveryException[]
}

export const claimArguments = (
  generation: Generation,
  claims: readonly ClaimOfPartition[],
): string[] => [
  generation,
  ...claims.flatMap(({ partition, expected, mark, exceptions }) => [
    watermarkFields.mark(partition),
    expected === undefined ? '' : formatMark(expected),
    formatMark(mark),
    watermarkFields.exceptions(partition),
    formatExceptions(exceptions),
  ]),
]
