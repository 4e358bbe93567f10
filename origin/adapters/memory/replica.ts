import { memoryNode, tablesOf, type MemoryRedis } from './node.ts'

/** A copy that follows some time behind, for those who read only. */
export interface MemoryReplica {
  readonly node: MemoryRedis
  /** Takes over what was written until then. Answers how many writes it still lacks. */
  catchUp(untilMs: number): number
  /** Begins again from what the primary holds: after a failover, it is what there is. */
  resync(): void
}

export function memoryReplica(primary: MemoryRedis): MemoryReplica {
  const node = memoryNode({ now: primary.now, serverOf: primary.serverOf })
  const tables = tablesOf(node)
  let taken = primary.journal.count()

  return {
    node,
    catchUp(untilMs) {
      const { entries, count } = primary.journal
      let at = Math.max(0, entries.length - (count() - taken))
      for (let entry = entries[at]; entry !== undefined && entry.atMs <= untilMs;) {
        if (entry.after === undefined) tables[entry.table]?.delete(entry.key)
        else tables[entry.table]?.set(entry.key, entry.after)
        at += 1
        entry = entries[at]
      }
      taken = count() - (entries.length - at)
      return entries.length - at
    },
    resync() {
      for (const [name, table] of Object.entries(tablesOf(primary))) {
        tables[name]?.clear()
        for (const [key, value] of table) tables[name]?.set(key, value)
      }
      taken = primary.journal.count()
    },
  }
}
