import { memoryDatabase, type MemoryDatabase } from '../../../origin/adapters/memory/database.ts'
import type { Changes } from '../../../origin/adapters/memory/rows.ts'
import { memoryNode, type MemoryRedis } from '../../../origin/adapters/memory/node.ts'
import { memoryReplica, type MemoryReplica } from '../../../origin/adapters/memory/replica.ts'
import type { SimClock } from './clock.ts'
import type { FaultDesk } from './faults.ts'
import type { ProcessName } from './process.ts'

/** Servers of Redis: of buckets with even and with odd numbers, and of the region's own keys. */
export const SERVERS = ['even', 'odd', 'region'] as const
export type Server = (typeof SERVERS)[number]

/** What outlives processes. */
export interface Stores {
  readonly database: MemoryDatabase
  readonly redis: MemoryRedis
  /** What the edges read. */
  readonly replica: MemoryReplica
  replicaLagMs: number
  /** How far the clock of Redis is ahead. */
  redisSkewMs: number
  readonly channel: Channel
  /** The next commit waits for so long. */
  holdNextCommit(ms: number): void
  /** How the session of whoever leads is ended from outside. */
  leaderOpened(drop: () => void): void
  /** False: nobody leads. */
  cutLeader(): boolean
}

/** Wakes those who read the outbox, in this process at once and in others after a moment. */
export interface Channel {
  raise(from: ProcessName): void
  listen(process: ProcessName, wake: () => void): () => void
  /** The next one reaches nobody else. */
  loseNext(): void
}

const WRITES_REMEMBERED = 4_000
const WAKE_MS = 2

export interface StoresDeps {
  readonly clock: SimClock
  readonly faults: FaultDesk
  readonly onCommit: (xid: number, changed: Changes) => void
  readonly trace: (words: string) => void
}

export function simStores({ clock, faults, onCommit, trace }: StoresDeps): Stores {
  let holdMs = 0
  let dropLeader: () => void = () => undefined
  const database = memoryDatabase({
    nowMs: clock.now,
    onCommit: (xid, changed) => {
      trace(`commit ${xid}`)
      onCommit(xid, changed)
    },
    beforeCommit() {
      if (holdMs === 0) return Promise.resolve()
      const ms = holdMs
      holdMs = 0
      faults.fire('commit held back', `for ${ms} ms`)
      return new Promise((resolve) => clock.after(ms, resolve))
    },
  })
  const stores: Stores = {
    database,
    redis: memoryNode({
      now: () => clock.now() + stores.redisSkewMs,
      serverOf: (bucket) => (bucket === undefined ? 'region' : bucket % 2 === 0 ? 'even' : 'odd'),
      writesRemembered: WRITES_REMEMBERED,
    }),
    get replica() {
      return replica
    },
    replicaLagMs: 0,
    redisSkewMs: 0,
    channel: channel({ clock, faults }),
    holdNextCommit(ms) {
      holdMs = ms
    },
    leaderOpened(drop) {
      dropLeader = drop
    },
    cutLeader() {
      if (database.leader === undefined) return false
      dropLeader()
      return true
    },
  }
  const replica = memoryReplica(stores.redis)
  return stores
}

function channel({ clock, faults }: Pick<StoresDeps, 'clock' | 'faults'>): Channel {
  const listeners = new Set<{ readonly process: ProcessName; readonly wake: () => void }>()
  let isLost = false
  return {
    raise(from) {
      const here = [...listeners].filter(({ process }) => process === from)
      for (const { wake } of here) wake()
      if (isLost) {
        isLost = false
        faults.fire('wake-up lost', `of ${from}`)
        return
      }
      clock.after(WAKE_MS, () => {
        for (const { process, wake } of listeners) if (process !== from) wake()
      })
    },
    listen(process, wake) {
      const listener = { process, wake }
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    loseNext() {
      isLost = true
    },
  }
}
