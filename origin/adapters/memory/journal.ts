/** One command's write to one key. */
export interface JournalEntry {
  readonly server: string
  readonly atMs: number
  readonly table: string
  readonly key: unknown
  readonly after: unknown
  readonly undo: () => void
}

/**
 * What was written, newest last: a replica follows it, and a failover takes the newest of it back. What a
 * server then holds is a prefix of what it was sent.
 */
export interface Journal {
  readonly entries: JournalEntry[]
  /** How many were written in all; those before `count - entries.length` are forgotten. */
  readonly count: () => number
  /** Takes back the newest writes to a server that `isLost`, counted. */
  takeBack(server: string, isLost: (entry: JournalEntry, newest: number) => boolean): number
  /** A map whose writes are noted. Values must not be changed in place. */
  map<Key, Value>(table: string, serverOf: (key: Key) => string): Map<Key, Value>
}

export interface JournalDeps {
  readonly now: () => number
  /** Writes that are remembered; more cannot be taken back. */
  readonly entriesMax: number
}

export function journal({ now, entriesMax }: JournalDeps): Journal {
  const entries: JournalEntry[] = []
  let count = 0

  function note(entry: JournalEntry): void {
    entries.push(entry)
    count += 1
    if (entries.length > 2 * entriesMax) entries.splice(0, entries.length - entriesMax)
  }

  function map<Key, Value>(table: string, serverOf: (key: Key) => string): Map<Key, Value> {
    const noted = new Map<Key, Value>()
    const set = noted.set.bind(noted)
    const remove = noted.delete.bind(noted)

    function write(key: Key, after: Value | undefined): void {
      const before = noted.get(key)
      const undo = () => void (before === undefined ? remove(key) : set(key, before))
      if (entriesMax > 0) {
        note({ server: serverOf(key), atMs: now(), table, key, after, undo })
      }
      if (after === undefined) remove(key)
      else set(key, after)
    }
    noted.set = (key, value) => {
      write(key, value)
      return noted
    }
    noted.delete = (key) => {
      const was = noted.has(key)
      if (was) write(key, undefined)
      return was
    }
    noted.clear = () => {
      for (const key of Array.from(noted.keys())) write(key, undefined)
    }
    return noted
  }

  return {
    entries,
    count: () => count,
    takeBack(server, isLost) {
      let taken = 0
      for (let at = entries.length - 1; at >= 0; at -= 1) {
        const entry = entries[at]
        if (entry === undefined || entry.server !== server) continue
        if (!isLost(entry, taken)) break
        entry.undo()
        entries.splice(at, 1)
        taken += 1
      }
      return taken
    },
    map,
  }
}
