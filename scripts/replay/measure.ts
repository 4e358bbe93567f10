/** What one second of a replay was like. */
export interface Second {
  posts: number
  reads: number
  errors: number
  readMs: number[]
  visibleMs: number[]
}

export type ReadKind = 'feed' | 'post' | 'user'

export interface Measures {
  readonly seconds: readonly Second[]
  readonly readMs: readonly number[]
  readonly postMs: readonly number[]
  readonly visibleMs: Readonly<Record<'push' | 'pull', number[]>>
  readonly servedBy: ReadonlyMap<ReadKind, ReadonlyMap<string, number>>
  readonly completeness: ReadonlyMap<string, number>
  readonly errors: ReadonlyMap<string, number>
  posts: number
  reads: number
  polls: number
  /** Watched posts that nobody saw in time. */
  unseen: number
  read(kind: ReadKind, servedBy: string, ms: number): void
  posted(ms: number): void
  saw(delivery: 'push' | 'pull', ms: number): void
  labelled(completeness: string): void
  failed(what: string): void
}

export function measures(now: () => number): Measures {
  const startedAt = now()
  const seconds: Second[] = []
  const servedBy = new Map<ReadKind, Map<string, number>>()
  const completeness = new Map<string, number>()
  const errors = new Map<string, number>()
  const readMs: number[] = []
  const postMs: number[] = []
  const visibleMs = { push: [] as number[], pull: [] as number[] }

  const second = (): Second => {
    const at = Math.floor((now() - startedAt) / 1000)
    while (seconds.length <= at) {
      seconds.push({ posts: 0, reads: 0, errors: 0, readMs: [], visibleMs: [] })
    }
    return seconds[at] as Second
  }
  const count = <Key>(counts: Map<Key, number>, key: Key) =>
    counts.set(key, (counts.get(key) ?? 0) + 1)

  return {
    seconds,
    readMs,
    postMs,
    visibleMs,
    servedBy,
    completeness,
    errors,
    posts: 0,
    reads: 0,
    polls: 0,
    unseen: 0,
    read(kind, layer, ms) {
      const layers = servedBy.get(kind) ?? new Map<string, number>()
      servedBy.set(kind, layers)
      count(layers, layer)
      if (kind !== 'feed') return
      this.reads += 1
      readMs.push(ms)
      second().reads += 1
      second().readMs.push(ms)
    },
    posted(ms) {
      this.posts += 1
      postMs.push(ms)
      second().posts += 1
    },
    saw(delivery, ms) {
      visibleMs[delivery].push(ms)
      second().visibleMs.push(ms)
    },
    labelled: (label) => void count(completeness, label),
    failed(what) {
      count(errors, what)
      second().errors += 1
    },
  }
}

/** By nearest rank; NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}
