import { LIST_LIFE_MS, WARMING_MS } from '../../shared/limits.ts'
import { formatMarker, type Generation, type PostList } from '../../shared/list.ts'
import type { Script } from './script.ts'

/**
 * Creates the list as one element `W<token>`: the lock, since a second warmer finds it; and the fence,
 * since only its owner can replace it. A valid marker of this generation is left alone too; anything
 * else, such as a list of an earlier life, goes first. Without a generation nothing may be warmed: no
 * watermark would speak for it.
 *
 * Answers the generation to the owner, `''` when another owns the list, nil without a watermark.
 */
export const WARM_BEGIN: Script = {
  name: 'warm-begin',
  lua: `
local generation = redis.call('HGET', KEYS[2], 'g')
if not generation then return false end
local last = redis.call('LINDEX', KEYS[1], -1)
if last then
  if string.sub(last, 1, 1) == 'W' then return '' end
  if string.match(last, '^F%d+:(%d+%.%d+):%d+:%d+:%d+:[%d,]*$') == generation then return '' end
  redis.call('DEL', KEYS[1])
end
redis.call('RPUSH', KEYS[1], 'W' .. ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return generation
`,
}

export const warmBeginArguments = (token: string): string[] => [token, String(WARMING_MS)]

/**
 * Replaces our `W` by what Postgres said and the marker; pushes that landed meanwhile stay in front of it.
 * Another last element, or another generation, means that the list is not what was fenced: give up.
 */
export const WARM_END: Script = {
  name: 'warm-end',
  lua: `
if redis.call('HGET', KEYS[2], 'g') ~= ARGV[2] then return 0 end
if redis.call('LINDEX', KEYS[1], -1) ~= 'W' .. ARGV[1] then return 0 end
redis.call('LSET', KEYS[1], -1, ARGV[4])
for first = 5, #ARGV, 1000 do
  redis.call('RPUSH', KEYS[1], unpack(ARGV, first, math.min(first + 999, #ARGV)))
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
`,
}

export const warmEndArguments = (
  token: string,
  generation: Generation,
  { ids, floor, horizon }: PostList,
): string[] => [
  token,
  generation,
  String(LIST_LIFE_MS),
  ...ids,
  formatMarker({ floor, generation, horizon }),
]
