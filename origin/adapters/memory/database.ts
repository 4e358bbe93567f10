import type { Tick } from '../../../shared/events/tick.ts'
import type { Horizon } from '../../../shared/horizon.ts'
import { ID_EPOCH_MS, shardOf, type PostId, type UserId } from '../../../shared/ids.ts'
import type { DeadLetter } from '../../ports/dead-letters.ts'
import { databaseClock, type DatabaseClock } from './database-clock.ts'
import type { StoredEvent, StoredPosition, Tables } from './rows.ts'
import { memoryTransactions, type MemoryConnection, type TransactionsDeps } from './transactions.ts'

export interface MemoryDatabase {
  readonly tables: Tables
  /** Committed, in the order of the commits. */
  readonly events: StoredEvent[]
  readonly ticks: Tick[]
  readonly deadLetters: Map<string, DeadLetter>
  readonly positions: Map<string, StoredPosition[]>
  readonly members: Map<string, Map<string, number>>
  readonly settings: Map<string, { readonly value: unknown; readonly version: number }>
  readonly sequences: {
    generation: number
    term: number
    invalidation: number
    letter: number
  }
  /** Who leads, as an advisory lock says. */
  leader: symbol | undefined
  epoch: number
  readonly clock: DatabaseClock
  /** The snapshot of a statement that begins now. */
  horizon(): Horizon
  /** A transaction of one statement that touches none of the tables. */
  spendXid(): number
  mintPostId(author: UserId): { readonly id: PostId; readonly atMs: number }
  /** The highest xid that has an event. */
  newestEventXid(): number
  connect(): MemoryConnection
}

export interface DatabaseDeps extends Pick<TransactionsDeps, 'onCommit' | 'beforeCommit'> {
  readonly nowMs: () => number
}

/**
 * Postgres as the product sees it, in memory: transaction ids that commit in any order, snapshots, rows that
 * are seen when they are committed, locks. A statement runs at one moment, so it reads what is committed
 * then, and its snapshot says what that was.
 */
export function memoryDatabase({ nowMs, ...hooks }: DatabaseDeps): MemoryDatabase {
  const clock = databaseClock(nowMs)
  let lastMintedMs = 0
  let minted = 0

  const tables: Tables = {
    users: new Map(),
    posts: new Map(),
    follow: new Map(),
    block: new Map(),
    mute: new Map(),
    answers: new Map(),
    counts: new Map(),
  }

  const events: StoredEvent[] = []
  const transactions = memoryTransactions({ tables, events, clock, ...hooks })

  const database: MemoryDatabase = {
    tables,
    events,
    ticks: [],
    deadLetters: new Map(),
    positions: new Map(),
    members: new Map(),
    settings: new Map(),
    sequences: { generation: 0, term: 0, invalidation: 1, letter: 0 },
    leader: undefined,
    epoch: 1,
    clock,
    horizon: () => ({ epoch: database.epoch, ...transactions.snapshot() }),
    spendXid: () => transactions.spendXid(),
    mintPostId(author) {
      const atMs = clock.floorMs()
      minted = atMs === lastMintedMs ? minted + 1 : 0
      lastMintedMs = atMs
      const id =
        (BigInt(atMs - ID_EPOCH_MS) << 22n) | (BigInt(shardOf(author)) << 16n) | BigInt(minted)
      return { id: String(id) as PostId, atMs }
    },
    newestEventXid: () => transactions.newestEventXid(),
    connect: () => transactions.connect(),
  }
  return database
}
