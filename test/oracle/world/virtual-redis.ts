import type { Redis } from 'ioredis'
import { bucketOfKey, keys } from '../../../shared/keys.ts'

/**
 * One server that plays three nodes, each with the keys of its tags: buckets with even and with odd numbers,
 * and the region's own. Each can lose what it holds, or its newest writes, without the others.
 */
export type NodeName = 'even' | 'odd' | 'region'
export const NODES: readonly NodeName[] = ['even', 'odd', 'region']

const nodeOf = (key: string): NodeName => {
  const bucket = bucketOfKey(key)
  if (bucket === undefined) return 'region'
  return bucket % 2 === 0 ? 'even' : 'odd'
}

/**
 * Redis has a clock of its own, which runs on while the world’s stands still. So the world moves the
 * expiries: as much sooner as its own time has passed. The lease lives for half a second only, shorter than
 * a slow test may take, so it gets so much more, which the world then takes off.
 */
export const LEASE_SLACK_MS = 3_600_000

const PASS = `
local passed, slack, lease = tonumber(ARGV[1]), tonumber(ARGV[2]), KEYS[1]
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key)
  if left >= 0 then
    local least = key == lease and slack or 0
    if left - passed <= least then redis.call('DEL', key) else redis.call('PEXPIRE', key, left - passed) end
  end
end
`

const DUMP = `
local kept = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
  kept[#kept + 1] = { key, redis.call('PTTL', key), redis.call('DUMP', key) }
end
return kept
`

type Dumped = readonly [key: Buffer, ttl: number, bytes: Buffer]

export interface VirtualRedis {
  readonly redis: Redis
  /** Everything is as old as the world says. */
  pass(ms: number): Promise<void>
  /** Keeps this moment; whatever is written later may be lost. */
  snapshot(): Promise<void>
  /** Nodes lose everything since the snapshot: what they hold is a prefix of what they were sent. */
  rollBack(nodes: readonly NodeName[]): Promise<void>
  /** Nodes lose everything. */
  flush(nodes: readonly NodeName[]): Promise<void>
  /** How often something was lost, for those who wonder where a session went. */
  losses(): number
  readonly noteLoss: () => void
}

export function virtualRedis(redis: Redis, now: () => number): VirtualRedis {
  let saved: readonly Dumped[] = []
  let savedAtMs = now()
  let losses = 0
  const pass = async (ms: number) => {
    if (ms > 0) await redis.eval(PASS, 1, keys.lease, String(ms), String(LEASE_SLACK_MS))
  }
  const flush = async (nodes: readonly NodeName[]) => {
    losses += 1
    const doomed = (await redis.keys('*')).filter((key) => nodes.includes(nodeOf(key)))
    if (doomed.length > 0) await redis.del(...doomed)
    await disconnect()
  }
  /** A node that fails closes its connections; whoever claims over one has to notice. */
  const disconnect = async () => {
    for (const line of String(await redis.client('LIST')).split('\n')) {
      const id = /\bid=(\d+)/.exec(line)?.[1]
      if (id === undefined || !line.includes(' name=headwater-delivery ')) continue
      await redis.call('CLIENT', 'KILL', 'ID', id)
    }
  }
  return {
    redis,
    pass,
    async snapshot() {
      saved = (await redis.callBuffer('EVAL', DUMP, '0')) as readonly Dumped[]
      savedAtMs = now()
    },
    async rollBack(nodes) {
      await flush(nodes)
      const passedMs = now() - savedAtMs
      const batch = redis.pipeline()
      for (const [name, ttl, bytes] of saved) {
        const key = name.toString()
        if (!nodes.includes(nodeOf(key))) continue
        const leftMs = ttl < 0 ? 0 : ttl - passedMs
        const isOver = ttl >= 0 && leftMs <= (key === keys.lease ? LEASE_SLACK_MS : 0)
        if (!isOver) batch.call('RESTORE', key, String(leftMs), bytes)
      }
      await batch.exec()
    },
    flush,
    losses: () => losses,
    noteLoss() {
      losses += 1
    },
  }
}
