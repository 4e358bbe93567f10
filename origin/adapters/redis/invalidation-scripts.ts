import { keys } from '../../../shared/keys.ts'
import type { ScriptCall } from './scripts.ts'

/** Keys of the region, in the order in which the scripts name them. All lie on one node. */
export const REGION_KEYS = [
  keys.leaderTerm,
  keys.invalidationLog,
  keys.lease,
  keys.pulledSet,
  keys.pulledSetHorizon,
] as const

/**
 * Every script begins with this. It answers {outcome, last number, time in ms}, and writes nothing for a
 * leader that another has followed. Redis's own clock is asked in the same step.
 */
const HEAD = `
local function last_number()
  local newest = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
  return newest and tonumber(string.match(newest[1], '^%d+')) or 0
end
local function answer(outcome)
  local time = redis.call('TIME')
  return {outcome, last_number(), time[1] * 1000 + math.floor(time[2] / 1000)}
end
local term = tonumber(ARGV[1])
if tonumber(redis.call('GET', KEYS[1]) or 0) > term then return answer('other-term') end`

const script = (name: string, body: string): ScriptCall['script'] => ({
  name,
  lua: `${HEAD}\n${body}\nreturn answer('done')`,
})

export const lookScript = script('region-look', '')

/** The lease goes first: nobody may see the gap under a lease of before it. */
export const restartScript = script(
  'region-restart',
  `
local number = tonumber(ARGV[2])
if number <= last_number() + 1 then return answer('other-last') end
redis.call('DEL', KEYS[3])
redis.call('SET', KEYS[1], ARGV[1])
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], ARGV[2] .. '-0', unpack(ARGV, 4))`,
)

/** After the bounds: how many fields an entry has, then number and fields of each. */
export const appendScript = script(
  'region-append',
  `
if tonumber(redis.call('GET', KEYS[1]) or 0) ~= term then return answer('other-last') end
if last_number() ~= tonumber(ARGV[2]) then return answer('other-last') end
for at = 4, #ARGV, 7 do
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], ARGV[at] .. '-0', unpack(ARGV, at + 1, at + 6))
end`,
)

/** A time that has passed leaves no lease, whatever this version of Redis does with one. */
export const renewScript = script(
  'region-renew',
  `
if tonumber(redis.call('GET', KEYS[1]) or 0) ~= term then return answer('other-last') end
if last_number() ~= tonumber(ARGV[2]) then return answer('other-last') end
local time = redis.call('TIME')
if tonumber(ARGV[3]) <= time[1] * 1000 + math.floor(time[2] / 1000) then
  redis.call('DEL', KEYS[3])
else
  redis.call('SET', KEYS[3], ARGV[4], 'PXAT', ARGV[3])
end`,
)

/** Another version lies there, or none, and no authors were sent: the caller sends them. */
export const pulledSetScript = script(
  'region-pulled-set',
  `
if tonumber(redis.call('GET', KEYS[1]) or 0) ~= term then return answer('other-last') end
if ARGV[4] then
  redis.call('SET', KEYS[4], ARGV[4])
else
  local stamp = redis.call('GET', KEYS[5])
  if not stamp or string.match(stamp, '^%d+') ~= ARGV[2] or redis.call('EXISTS', KEYS[4]) == 0 then
    return answer('other-last')
  end
end
redis.call('SET', KEYS[5], ARGV[3])`,
)
