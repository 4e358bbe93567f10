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
 * Advances the marks of one bucket by comparing each with what its consumer wrote last. A difference means
 * that the node lost writes or began another life: the claim would outlive its data.
 *
 * Consumers that claim at the same moment share one call, and each has a number: what one of them claims is
 * advanced together or not at all, and does not depend on the others. Answers the numbers of the refused.
 */
export const CLAIM: Script = {
  name: 'claim',
  lua: `
local names = {'g'}
for at = 2, #ARGV, 6 do names[#names + 1] = ARGV[at + 1] end
local held = redis.call('HMGET', KEYS[1], unpack(names))
local refused = {}
for at = 2, #ARGV, 6 do
  if held[1] ~= ARGV[1] or (held[(at + 10) / 6] or '') ~= ARGV[at + 2] then refused[ARGV[at]] = true end
end
local values = {}
for at = 2, #ARGV, 6 do
  if not refused[ARGV[at]] then
    for part = 1, 5 do
      if part ~= 2 then values[#values + 1] = ARGV[at + part] end
    end
  end
end
if #values > 0 then redis.call('HSET', KEYS[1], unpack(values)) end
local numbers = {}
for number in pairs(refused) do numbers[#numbers + 1] = number end
return table.concat(numbers, ',')
`,
}

export interface ClaimOfPartition {
  readonly partition: number
  readonly expected: PartitionMark | undefined
  readonly mark: PartitionMark
  readonly exceptions: readonly DeliveryException[]
}

/** One of those that claim, by the number that an answer refuses it by. */
export const claimArguments = (
  claimant: number,
  { partition, expected, mark, exceptions }: ClaimOfPartition,
): readonly string[] => [
  String(claimant),
  watermarkFields.mark(partition),
  expected === undefined ? '' : formatMark(expected),
  formatMark(mark),
  watermarkFields.exceptions(partition),
  formatExceptions(exceptions),
]
