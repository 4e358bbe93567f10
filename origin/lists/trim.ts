import { TRIM_EVERY_PUSHES } from '../../shared/limits.ts'
import type { Script } from './script.ts'

/**
 * Cuts what lies beyond the newest pushes and raises the floor to the highest id cut, so that the list
 * never claims an id that it lost. Without a marker, nothing is cut: a warmer owns the list.
 */
export const TRIM: Script = {
  name: 'trim',
  lua: `
local last = redis.call('LINDEX', KEYS[1], -1)
if not last then return 0 end
local floor, rest = string.match(last, '^F(%d+)(:.+)$')
if not floor then return 0 end
local cut = redis.call('LRANGE', KEYS[1], ARGV[1], -2)
if #cut == 0 then return 0 end
for _, id in ipairs(cut) do
  if #id > #floor or (#id == #floor and id > floor) then floor = id end
end
redis.call('LTRIM', KEYS[1], 0, ARGV[1] - 1)
redis.call('RPUSH', KEYS[1], 'F' .. floor .. rest)
return #cut
`,
}

/**
 * LPUSHX answers the list's length, so nobody has to guess which lists are due: a full one is trimmed on
 * one push in sixteen, all others never. Short lists get less slack, or it would be most of them.
 */
export function isTrimDue(length: number, postsMax: number): boolean {
  const slack = Math.min(TRIM_EVERY_PUSHES, Math.ceil(postsMax / 8))
  const markers = 1
  return length >= postsMax + markers + slack
}
