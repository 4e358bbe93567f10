import { AppError } from '../../../shared/errors.ts'
import type { Event, LogKey } from '../../../shared/events/event.ts'
import type { Horizon } from '../../../shared/horizon.ts'
import { logPartitionOf } from '../../../shared/keys.ts'
import type { DatabaseClock } from './database-clock.ts'
import { memoryLocks, type Locks } from './locks.ts'
import type { Changes, RowOf, StoredEvent, Tables } from './rows.ts'

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

export interface Transactions {
  connect(): MemoryConnection
  /** The snapshot of a statement that begins now. */
  snapshot(): Omit<Horizon, 'epoch'>
  /** A transaction of one statement that touches none of the tables. */
  spendXid(): number
  /** The highest xid that has an event. */
  newestEventXid(): number
}

export interface TransactionsDeps {
  readonly tables: Tables
  readonly events: StoredEvent[]
  readonly clock: DatabaseClock
  /** Called as each transaction with an event or a row commits. */
  readonly onCommit?: ((xid: number, changed: Changes) => void) | undefined
  /** What a commit waits for after its changes were made; tests hold transactions open with it. */
  readonly beforeCommit?: (() => Promise<void>) | undefined
}

interface OpenTransaction {
  xid: number | undefined
  isOver: boolean
  readonly changed: Map<keyof Tables, Map<string, unknown>>
  readonly events: Omit<StoredEvent, 'xid'>[]
}

/** What goes on in a transaction that ended with its connection must neither hold nor change anything. */
function mustBeOpen({ isOver }: OpenTransaction): void {
  if (isOver) throw new AppError('STORE_UNAVAILABLE', 'the connection was dropped')
}

/** Ids are given out in the order in which they are asked for, and committed in any order. */
export function memoryTransactions(deps: TransactionsDeps): Transactions {
  const { tables, events, clock } = deps
  const active = new Set<number>()
  const locks: Locks<OpenTransaction> = memoryLocks()
  let nextXid = 700
  let latestCompleted = nextXid - 1
  let eventIds = 0
  let newestEventXid = 0

  const takeXid = (transaction: OpenTransaction): number => {
    mustBeOpen(transaction)
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
      for (const event of transaction.events) events.push({ ...event, xid })
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
      append(key, appended) {
        takeXid(transaction)
        for (const event of appended) {
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
      async lock(name) {
        mustBeOpen(transaction)
        await locks.take(name, transaction)
      },
    }
  }

  function connect(): MemoryConnection {
    const open = new Set<OpenTransaction>()
    let isDropped = false
    return {
      async transact(work) {
        const transaction: OpenTransaction = {
          xid: undefined,
          isOver: isDropped,
          changed: new Map(),
          events: [],
        }
        open.add(transaction)
        try {
          const value = await work(handle(transaction))
          if (transaction.xid !== undefined) await deps.beforeCommit?.()
          mustBeOpen(transaction)
          commit(transaction)
          return value
        } finally {
          if (!transaction.isOver) end(transaction)
          open.delete(transaction)
        }
      },
      drop() {
        isDropped = true
        for (const transaction of open) end(transaction)
        open.clear()
      },
    }
  }

  return {
    connect,
    snapshot() {
      const xmax = latestCompleted + 1
      const xip = [...active].filter((xid) => xid < xmax).toSorted((a, b) => a - b)
      return { xmin: xip[0] ?? xmax, xmax, xip }
    },
    spendXid() {
      latestCompleted = nextXid
      nextXid += 1
      return latestCompleted
    },
    newestEventXid: () => newestEventXid,
  }
}
