import type { PostFragment } from '../../shared/fragment.ts'
import { COUNTS_KEPT_MS, COUNTS_LIFE_MS, FRAGMENT_LIFE_MS } from '../../shared/limits.ts'
import { formatViewerRecord, type ViewerRecord } from '../../shared/viewer-record.ts'
import type { Script } from './script.ts'

/**
 * A post has two versions: its own, and its author's inside. Neither is ever lowered. When what is stored
 * and what comes are each ahead in one, the text that has both is not at hand: the fragment becomes absent
 * and remembers the versions. A tombstone knows only the post's own.
 */
export const PUT_POST: Script = {
  name: 'put-post',
  lua: `
local stored = redis.call('HMGET', KEYS[1], 'a', 'v', 'u', 'j')
local version, author = tonumber(ARGV[2]), tonumber(ARGV[3])
local storedVersion, storedAuthor = tonumber(stored[2] or 0), tonumber(stored[3] or 0)
local buries, isBuried = ARGV[4] == '', stored[1] and not stored[4]
if version < storedVersion and (buries or isBuried or author <= storedAuthor) then return 0 end
if isBuried and version == storedVersion and not buries then return 0 end
if not buries and not isBuried then
  if version == storedVersion and author < storedAuthor then return 0 end
  if version < storedVersion or author < storedAuthor then
    redis.call('HDEL', KEYS[1], 'a', 'j')
    redis.call('HSET', KEYS[1], 'v', math.max(version, storedVersion), 'u', math.max(author, storedAuthor))
    redis.call('PEXPIRE', KEYS[1], ARGV[5])
    return 0
  end
end
redis.call('HSET', KEYS[1], 'a', ARGV[1], 'v', ARGV[2], 'u', math.max(author, storedAuthor), 'j', ARGV[4])
if buries then redis.call('HDEL', KEYS[1], 'j') end
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 1
`,
}

export const putPostArguments = ({
  author,
  version,
  authorVersion,
  json,
}: PostFragment): string[] => [
  author,
  String(version),
  String(authorVersion),
  json ?? '',
  String(FRAGMENT_LIFE_MS),
]

/** A hash of version and JSON. */
export const PUT_VERSIONED: Script = {
  name: 'put-versioned',
  lua: `
local stored = redis.call('HGET', KEYS[1], 'v')
if stored and tonumber(stored) > tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'v', ARGV[1], 'j', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
`,
}

export const putVersionedArguments = (entry: {
  readonly version: number
  readonly json: string
}): string[] => [String(entry.version), entry.json, String(FRAGMENT_LIFE_MS)]

/** Counts are kept beyond their life. Past it, they stand in nobody's way, whatever their version. */
export const PUT_COUNTS: Script = {
  name: 'put-counts',
  lua: `
local stored = redis.call('HGET', KEYS[1], 'v')
local isInTime = redis.call('PTTL', KEYS[1]) > ARGV[3] - ARGV[4]
if stored and isInTime and tonumber(stored) > tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'v', ARGV[1], 'j', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
`,
}

export const putCountsArguments = (counts: {
  readonly version: number
  readonly json: string
}): string[] => [
  String(counts.version),
  counts.json,
  String(COUNTS_KEPT_MS),
  String(COUNTS_LIFE_MS),
]

/** A viewer record is one text that begins with its version: only its head is read. */
export const PUT_VIEWER: Script = {
  name: 'put-viewer',
  lua: `
local stored = string.match(redis.call('GETRANGE', KEYS[1], 0, 31), '^{"v":(%d+)')
if stored and tonumber(stored) > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
`,
}

export const putViewerArguments = (record: ViewerRecord): string[] => [
  String(record.version),
  formatViewerRecord(record),
  String(FRAGMENT_LIFE_MS),
]
