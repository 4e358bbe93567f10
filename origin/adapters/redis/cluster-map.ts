import type { Redis } from 'ioredis'
import { AppError } from '../../../shared/errors.ts'
import {
  REDIS_CLUSTER_NODES_MAX,
  REDIS_CONNECT_DEADLINE_MS,
  REDIS_MAP_AGAIN_MS,
  REDIS_MAP_EVERY_MS,
} from '../../../shared/limits.ts'
import type { Pace } from '../../ports/pace.ts'
import { agreed, readSlots, SLOT_BY_TAG, tagOf, type SlotsView } from './cluster-slots.ts'
import { isReadyWithin, redisConnection } from './connection.ts'

/** What was known at one moment. */
export interface SlotOwners {
  readonly primaries: readonly string[]
  primaryOf(key: string): string
}

/** Who has which slots of a cluster, as its nodes say. */
export interface ClusterMap extends AsyncDisposable {
  readonly pace: Pace
  /** Of the primary that has the key. Throws STORE_UNAVAILABLE while nobody is known to. */
  primaryOf(key: string): string
  /** As they are known now, for all our slots. Throws while one of them is not known. */
  owners(): SlotOwners
  /** Asks now. Never rejects: what was known stays. */
  look(): Promise<void>
  /** Asks soon, since a node has sent us elsewhere. */
  doubt(): void
  /** Called with the primaries now, and whenever they are others than before. */
  follow(listener: (primaries: ReadonlySet<string>) => void): void
}

export interface ClusterMapDeps {
  readonly seeds: readonly string[]
  readonly pace: Pace
  readonly onError: (error: Error) => void
}

export function clusterMap({ seeds, pace, onError }: ClusterMapDeps): ClusterMap {
  const nodes = new Map<string, Redis>()
  const listeners: ((primaries: ReadonlySet<string>) => void)[] = []
  const ending = new AbortController()
  let primaryBySlot: ReadonlyMap<number, string> = new Map()
  let lookedAt = Number.NEGATIVE_INFINITY
  let looking: Promise<void> | undefined

  function know(urls: ReadonlySet<string>): void {
    for (const url of [...urls].slice(0, REDIS_CLUSTER_NODES_MAX)) {
      if (nodes.has(url)) continue
      nodes.set(url, redisConnection({ url, name: 'headwater-map', onError }))
    }
    for (const [url, node] of nodes) {
      if (urls.has(url)) continue
      node.disconnect()
      nodes.delete(url)
    }
  }

  async function viewOf(url: string, node: Redis): Promise<SlotsView | undefined> {
    // Only the first look waits: later ones have other nodes to ask.
    const isReady = primaryBySlot.size > 0 ? node.status === 'ready' : await becomesReady(node)
    if (!isReady) return undefined
    try {
      return readSlots(await node.cluster('SLOTS'), url)
    } catch (error) {
      if (error instanceof Error) onError(error)
      return undefined
    }
  }

  async function lookOnce(): Promise<void> {
    const views = await Promise.all([...nodes].map(([url, node]) => viewOf(url, node)))
    const seen = views.filter((view) => view !== undefined)
    lookedAt = pace.now()
    const found = agreed(seen)
    if (found.size === 0 || ending.signal.aborted) return
    const before = [...new Set(primaryBySlot.values())].toSorted().join()
    // A slot that nobody has at this moment is looked for where it was.
    primaryBySlot = new Map([...primaryBySlot, ...found])
    know(new Set([...seeds, ...seen.flatMap((view) => [...view.nodes])]))
    const primaries = new Set(primaryBySlot.values())
    if ([...primaries].toSorted().join() === before) return
    for (const listener of listeners) listener(primaries)
  }

  const look = (): Promise<void> =>
    (looking ??= lookOnce().finally(() => {
      looking = undefined
    }))

  async function keepLooking(): Promise<void> {
    while (!ending.signal.aborted) {
      await look()
      await pace.sleep(REDIS_MAP_EVERY_MS, ending.signal)
    }
  }

  know(new Set(seeds))
  const running = keepLooking()

  return {
    pace,
    primaryOf: (key) => primaryIn(primaryBySlot, key),
    owners() {
      const known = primaryBySlot
      if (known.size < new Set(SLOT_BY_TAG.values()).size) throw unknown()
      return {
        primaries: [...new Set(known.values())],
        primaryOf: (key) => primaryIn(known, key),
      }
    },
    look,
    doubt() {
      if (pace.now() - lookedAt > REDIS_MAP_AGAIN_MS) void look()
    },
    follow(listener) {
      listeners.push(listener)
      listener(new Set(primaryBySlot.values()))
    },
    async [Symbol.asyncDispose]() {
      ending.abort()
      for (const node of nodes.values()) node.disconnect()
      await running
    },
  }
}

function primaryIn(primaryBySlot: ReadonlyMap<number, string>, key: string): string {
  const slot = SLOT_BY_TAG.get(tagOf(key))
  if (slot === undefined) throw new TypeError(`a key without a tag of ours: ${key}`)
  const primary = primaryBySlot.get(slot)
  if (primary === undefined) throw unknown()
  return primary
}

const becomesReady = (node: Redis) => isReadyWithin(node, REDIS_CONNECT_DEADLINE_MS)

const unknown = () => new AppError('STORE_UNAVAILABLE', 'redis: nobody says who has a slot')
