import { horizonBelow } from '../../../shared/horizon.ts'
import { LOG_PARTITIONS } from '../../../shared/keys.ts'
import type { LogLeases } from '../../ports/log-leases.ts'
import type { GroupLags } from '../../ports/group-lags.ts'
import type { MemoryDatabase } from './database.ts'
import type { StoredPosition } from './rows.ts'

export interface MemoryLeaseOptions {
  readonly group: string
  readonly member: string
  readonly leaseMs: number
}

export function memoryLogLeases(
  database: MemoryDatabase,
  { group, member, leaseMs }: MemoryLeaseOptions,
): LogLeases {
  const { clock, positions } = database
  const rows = (): StoredPosition[] => positions.get(group) ?? []
  const members = () => {
    const known = database.members.get(group) ?? new Map<string, number>()
    database.members.set(group, known)
    return known
  }
  const isMine = (partition: number): boolean => rows()[partition]?.owner === member
  const change = (partition: number, changed: Partial<StoredPosition>) => {
    const row = rows()[partition]
    if (row !== undefined) rows()[partition] = { ...row, ...changed }
    database.spendXid()
  }

  return {
    async register() {
      if (positions.has(group)) return
      const beginning = {
        horizon: horizonBelow(database.epoch, 0),
        atMs: clock.floorMs(),
        owner: undefined,
        untilMs: 0,
      }
      positions.set(
        group,
        Array.from({ length: LOG_PARTITIONS }, () => beginning),
      )
      database.spendXid()
    },
    async beat(held) {
      const nowMs = clock.floorMs()
      const alive = members()
      alive.set(member, nowMs + leaseMs)
      for (const [name, untilMs] of alive) if (untilMs < nowMs) alive.delete(name)
      const ours = held.filter(isMine)
      for (const partition of ours) change(partition, { untilMs: nowMs + leaseMs })
      const names = [...alive.keys()].toSorted()
      return { held: ours, share: shareOf(names.indexOf(member), names.length) }
    },
    async take(count) {
      const nowMs = clock.floorMs()
      const free = rows().flatMap(({ owner, untilMs }, partition) =>
        owner === undefined || untilMs < nowMs ? [partition] : [],
      )
      const taken = free.slice(0, count)
      for (const partition of taken) change(partition, { owner: member, untilMs: nowMs + leaseMs })
      return taken
    },
    async position(partition) {
      const row = rows()[partition]
      return row?.owner === member ? { horizon: row.horizon, atMs: row.atMs } : undefined
    },
    async commit(partition, { horizon, atMs }) {
      const row = rows()[partition]
      if (row?.owner !== member || row.untilMs < clock.floorMs()) return false
      change(partition, { horizon, atMs })
      return true
    },
    async release(partitions) {
      for (const partition of partitions.filter(isMine)) {
        change(partition, { owner: undefined, untilMs: 0 })
      }
    },
    async leave() {
      members().delete(member)
    },
  }
}

/** Everyone computes the same from the same members: the first ones take what does not divide. */
const shareOf = (rank: number, members: number): number =>
  Math.floor(LOG_PARTITIONS / members) + (rank < LOG_PARTITIONS % members ? 1 : 0)

export const memoryGroupLags = ({ clock, positions }: MemoryDatabase): GroupLags => ({
  read: async () =>
    [...positions].map(([group, rows]) => ({
      group,
      lagMs: Math.max(0, clock.floorMs() - Math.min(...rows.map(({ atMs }) => atMs))),
    })),
})
