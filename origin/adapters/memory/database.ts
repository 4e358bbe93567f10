import { AppError } from '../../../shared/errors.ts'
import type { Event, LogEvent, LogKey } from '../../../shared/events/event.ts'
import type { Tick } from '../../../shared/events/tick.ts'
import type { Horizon } from '../../../shared/horizon.ts'
import { ID_EPOCH_MS, shardOf, type PostId, type UserId } from '../../../shared/ids.ts'
import { logPartitionOf } from '../../../shared/keys.ts'
import type { DeadLetter } from '../../ports/dead-letters.ts'
import type { UserRow } from '../../ports/writes.ts'
import { memoryLocks, type Locks } from './locks.ts'

export interface StoredUser extends UserRow {
  readonly externalId: string | null
  readonly relationsVersion: number
}

export interface StoredPost {
  readonly id: PostId
  readonly author: UserId
  readonly text: string
  readonly language: string | null
  readonly sensitive: boolean
  readonly delivery: 'push' | 'pull'
  readonly version: number
  readonly createdAtMs: number
  readonly editedAtMs: number | null
  readonly isDeleted: boolean
}

export interface StoredRelation {
  readonly from: UserId
  readonly to: UserId
  readonly xid: number
  readonly createdAtMs: number
}

export interface StoredAnswer {
  readonly requestHash: string
  readonly facts: unknown
  readonly xid: number
  readonly createdAtMs: number
}

export interface StoredCounts {
  readonly followers: number
  readonly following: number
  readonly posts: number
  readonly version: number
}

export interface StoredPosition {
  readonly horizon: Horizon
  readonly atMs: number
  readonly owner: string | undefined
  readonly untilMs: number
}

/** What is committed, by key. Relations are keyed `from:to`, answers `user:key`. */
export interface Tables {
  readonly users: Map<string, StoredUser>
  readonly posts: Map<string, StoredPost>
  readonly follow: Map<string, StoredRelation>
  readonly block: Map<string, StoredRelation>
  readonly mute: Map<string, StoredRelation>
  readonly answers: Map<string, StoredAnswer>
  readonly counts: Map<string, StoredCounts>
}

type RowOf<Name extends keyof Tables> = Tables[Name] extends Map<string, infer Row> ? Row : never

export interface StoredEvent extends LogEvent {
  readonly partition: number
}

/** One transaction: its own changes are seen by itself alone until they are committed together. */
export interface MemoryTransaction {
  /** Taken with the first call, as Postgres gives them out: not in the order of commits. */
  readonly xid: () => number
  get<Name extends keyof Tables>(table: Name, key: string): RowOf<Name> | undefined
  rows<Name extends keyof Tables>(table: Name): RowOf<Name>[]
  put<Name extends keyof Tables>(table: Name, key: string, row: RowOf<Name> | undefined): void
  append(key: LogKey, events: readonly Event[]): void
  /** Held until the end of the transaction. */
  lock(name: string): Promise<void>
}

/** A client of the database. What it has open ends with it. */
export interface MemoryConnection {
  transact<Value>(work: (transaction: MemoryTransaction) => Promise<Value>): Promise<Value>
  /** The connection is gone: everything uncommitted is undone. */
  drop(): void
}

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

/** Each look is later than the one before it, as it is in life: what compares two moments relies on it. */
export interface DatabaseClock {
  readonly floorMs: () => number
  readonly ceilMs: () => number
}

function databaseClock(nowMs: () => number): DatabaseClock {
  let lastUs = 0
  const lookUs = () => (lastUs = Math.max(lastUs + 1, nowMs() * 1000))
  return {
    floorMs: () => Math.floor(lookUs() / 1000),
    ceilMs: () => Math.ceil(lookUs() / 1000),
  }
}

/** Keys of the rows that a transaction changed. */
export type Changes = ReadonlyMap<keyof Tables, ReadonlyMap<string, unknown>>

export interface DatabaseDeps {
  readonly nowMs: () => number
  /** Called as each transaction with an event or a row commits. */
  readonly onCommit?: (xid: number, changed: Changes) => void
  /** What a commit waits for after its changes were made; tests hold transactions open with it. */
  readonly beforeCommit?: () => Promise<void>
}

interface OpenTransaction {
  xid: number | undefined
  isOver: boolean
  readonly changed: Map<keyof Tables, Map<string, unknown>>
  readonly events: Omit<StoredEvent, 'xid'>[]
}

/**
 * Postgres as the product sees it, in memory: transaction ids that commit in any order, snapshots, rows that
 * are seen when they are committed, locks. A statement runs at one moment, so it reads what is committed
 * then, and its snapshot says what that was.
 */
export function memoryDatabase(deps: DatabaseDeps): MemoryDatabase {
  const clock = databaseClock(deps.nowMs)
  const active = new Set<number>()
  const locks: Locks<OpenTransaction> = memoryLocks()
  let nextXid = 700
  let latestCompleted = nextXid - 1
  let eventIds = 0
  let newestEventXid = 0
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

  const takeXid = (transaction: OpenTransaction): number => {
    if (transaction.xid !== undefined) return transaction.xid
    transaction.xid = nextXid
    nextXid += 1
    active.add(transaction.xid)
    return transaction.xid
  }

  function end(transaction: OpenTransaction): void {
    transaction.isOver = true
    if (transaction.xid !== undefined) {
      active.delete(transaction.xid)
      latestCompleted = Math.max(latestCompleted, transaction.xid)
    }
    locks.release(transaction)
  }

  function commit(transaction: OpenTransaction): void {
    for (const [name, rows] of transaction.changed) {
      const table = tables[name] as Map<string, unknown>
      for (const [key, row] of rows) {
        if (row === undefined) table.delete(key)
        else table.set(key, row)
      }
    }
    const { xid } = transaction
    if (xid !== undefined) {
      for (const event of transaction.events) database.events.push({ ...event, xid })
      if (transaction.events.length > 0) newestEventXid = Math.max(newestEventXid, xid)
    }
    end(transaction)
    if (xid !== undefined) deps.onCommit?.(xid, transaction.changed)
  }

  function handle(transaction: OpenTransaction): MemoryTransaction {
    const changesOf = (name: keyof Tables) => {
      const known = transaction.changed.get(name)
      if (known !== undefined) return known
      const fresh = new Map<string, unknown>()
      transaction.changed.set(name, fresh)
      return fresh
    }
    return {
      xid: () => takeXid(transaction),
      get(name, key) {
        const changed = transaction.changed.get(name)
        const row = changed?.has(key) === true ? changed.get(key) : tables[name].get(key)
        return row as RowOf<typeof name> | undefined
      },
      rows(name) {
        const seen = new Map<string, unknown>(tables[name])
        for (const [key, row] of transaction.changed.get(name) ?? []) seen.set(key, row)
        return [...seen.values()].filter((row) => row !== undefined) as RowOf<typeof name>[]
      },
      put(name, key, row) {
        takeXid(transaction)
        changesOf(name).set(key, row)
      },
      append(key, events) {
        takeXid(transaction)
        for (const event of events) {
          eventIds += 1
          transaction.events.push({
            id: String(eventIds),
            key,
            partition: logPartitionOf(key),
            atMs: clock.floorMs(),
            event,
          })
        }
      },
      lock: (name) => locks.take(name, transaction),
    }
  }

  function connect(): MemoryConnection {
    const open = new Set<OpenTransaction>()
    return {
      async transact(work) {
        const transaction: OpenTransaction = {
          xid: undefined,
          isOver: false,
          changed: new Map(),
          events: [],
        }
        open.add(transaction)
        try {
          const value = await work(handle(transaction))
          if (transaction.xid !== undefined) await deps.beforeCommit?.()
          if (transaction.isOver) {
            throw new AppError('STORE_UNAVAILABLE', 'the connection was dropped')
          }
          commit(transaction)
          return value
        } finally {
          if (!transaction.isOver) end(transaction)
          open.delete(transaction)
        }
      },
      drop() {
        for (const transaction of open) end(transaction)
        open.clear()
      },
    }
  }

  const database: MemoryDatabase = {
    tables,
    events: [],
    ticks: [],
    deadLetters: new Map(),
    positions: new Map(),
    members: new Map(),
    settings: new Map(),
    sequences: { generation: 0, term: 0, invalidation: 1, letter: 0 },
    leader: undefined,
    epoch: 1,
    clock,
    horizon() {
      const xmax = latestCompleted + 1
      const xip = [...active].filter((xid) => xid < xmax).toSorted((a, b) => a - b)
      return { epoch: database.epoch, xmin: xip[0] ?? xmax, xmax, xip }
    },
    spendXid() {
      latestCompleted = nextXid
      nextXid += 1
      return latestCompleted
    },
    mintPostId(author) {
      const atMs = clock.floorMs()
      minted = atMs === lastMintedMs ? minted + 1 : 0
      lastMintedMs = atMs
      const id =
        (BigInt(atMs - ID_EPOCH_MS) << 22n) | (BigInt(shardOf(author)) << 16n) | BigInt(minted)
      return { id: String(id) as PostId, atMs }
    },
    newestEventXid: () => newestEventXid,
    connect,
  }
  return database
}
