import type { Settings } from '../../../shared/admin/settings.ts'
import { DEFAULT_SETTINGS } from '../../../shared/admin/settings.ts'
import type { UserId } from '../../../shared/ids.ts'
import { memoryUserRows } from '../../../origin/adapters/memory/user-rows.ts'
import { pastOf, type Past } from '../judge/past.ts'
import { simClock, type SimClock } from './clock.ts'
import { simEdge, type SimEdge } from './edge.ts'
import { faultDesk, type CallFault, type FaultDesk } from './faults.ts'
import { Poisoned, simOrigin, type SimOrigin } from './origin.ts'
import {
  simProcess,
  type EdgeName,
  type OriginName,
  type ProcessName,
  type SimProcess,
} from './process.ts'
import { randomOf } from './random.ts'
import { seam } from './seam.ts'
import { simStores, type Stores } from './stores.ts'
import { originWire } from './wire.ts'

/** Every run begins at the same moment, so the same steps mint the same ids. */
const BEGINNING_MS = Date.UTC(2026, 2, 1, 12)
const RESTART_MS_MAX = 2_500

export interface WorldOptions {
  readonly seed: number
  readonly people: number
  /** `[follower, followee]`, by number. */
  readonly follows: readonly (readonly [number, number])[]
  readonly listPostsMax: number
  readonly sessionPostsMax: number
  /** So often a call goes wrong by itself. */
  readonly noise: number
  /** Those of them that did not happen, by number: for shortening. */
  readonly spared: readonly number[]
  readonly redisSkewMs: number
  readonly replicaLagMs: number
  /** Events of one read of the outbox. */
  readonly batchMax: number
  /** So often a pipeline is interrupted by others. */
  readonly interruptions: number
  readonly trace: (words: string) => void
}

/** Others come in between the commands of a pipeline, before the one at the place. */
export interface Interruption {
  readonly process: ProcessName
  readonly place: number
  readonly ms: number
}

export interface World {
  readonly clock: SimClock
  readonly faults: FaultDesk
  readonly stores: Stores
  readonly past: Past
  readonly people: readonly UserId[]
  origin(name: OriginName): { readonly flows: SimOrigin; readonly process: SimProcess } | undefined
  edge(name: EdgeName): { readonly flows: SimEdge; readonly process: SimProcess }
  /** Ends it in good order, and starts another one. */
  restart(name: OriginName): void
  replaceIsolate(name: EdgeName): void
  interruptNext(interruption: Interruption): void
  readonly poisonedPosts: Set<string>
  /** What went wrong that nobody planned. */
  readonly unexpected: unknown[]
  /** How many calls went wrong by themselves. */
  readonly noises: () => number
  end(): void
}

const NOISE: readonly { readonly fault: CallFault; readonly ms: readonly [number, number] }[] = [
  { fault: 'call refused', ms: [0, 0] },
  { fault: 'call hung, nothing done', ms: [0, 0] },
  { fault: 'call done after its deadline', ms: [1, 1_500] },
  { fault: 'reply lost after the effect', ms: [0, 0] },
  { fault: 'call slow', ms: [20, 400] },
  { fault: 'call slow', ms: [20, 400] },
]

export async function openWorld(options: WorldOptions): Promise<World> {
  const clock = simClock(BEGINNING_MS)
  const random = randomOf(options.seed)
  const spared = new Set(options.spared)
  let noises = 0
  const trace = (words: string) =>
    options.trace(`${String(clock.now() - BEGINNING_MS).padStart(7)} ${words}`)
  const faults = faultDesk({
    now: clock.now,
    trace,
    noise() {
      if (options.noise === 0 || !random.chance(options.noise)) return undefined
      const { fault, ms } = random.pick(NOISE)
      const found = { fault, ms: random.between(...ms) }
      noises += 1
      return spared.has(noises) ? undefined : found
    },
  })
  const people: UserId[] = []
  const stores = simStores({
    clock,
    faults,
    trace,
    onCommit: (xid, changed) => {
      const isSeen = (['posts', 'follow', 'block', 'mute'] as const).some((table) =>
        changed.has(table),
      )
      if (isSeen) past.note(xid, changed)
    },
  })
  const past: Past = pastOf(stores.database, () => people, clock.now)
  stores.redisSkewMs = options.redisSkewMs
  stores.replicaLagMs = options.replicaLagMs
  if (options.redisSkewMs !== 0) faults.fire('clock of Redis off', `by ${options.redisSkewMs} ms`)
  const unexpected: unknown[] = []
  const onUnexpected = (error: unknown) => void unexpected.push(error)
  const port = seam({ clock, random, faults, trace, onUnexpected })
  const settings: Settings = {
    ...DEFAULT_SETTINGS,
    'list.postsMax': options.listPostsMax,
    'session.postsMax': options.sessionPostsMax,
  }
  const poisonedPosts = new Set<string>()
  let ids = 0
  let isOver = false

  /** Those of before too: what a killed one waits for at an abort signal, Node keeps until the signal is heard. */
  const processes: SimProcess[] = []
  const newProcess = (name: ProcessName): SimProcess => {
    const made = simProcess(name, clock, random)
    processes.push(made)
    return made
  }

  let armedInterruption: Interruption | undefined
  const interrupt = (process: SimProcess) => () => {
    if (faults.isOver()) return undefined
    if (armedInterruption?.process === process.name) {
      return (at: number) => {
        const armed = armedInterruption
        if (armed?.process !== process.name || at !== armed.place) return undefined
        armedInterruption = undefined
        faults.fire('pipeline interrupted', `of ${process.name} for ${armed.ms} ms`)
        return process.wait(armed.ms)
      }
    }
    if (options.interruptions === 0 || !random.chance(options.interruptions)) return undefined
    const place = random.below(12)
    const ms = random.between(1, 200)
    return (at: number) => {
      if (at !== place) return undefined
      faults.fire('pipeline interrupted', `of ${process.name} for ${ms} ms`)
      return process.wait(ms)
    }
  }

  const origins = new Map<OriginName, { readonly flows: SimOrigin; readonly process: SimProcess }>()
  function startOrigin(name: OriginName): void {
    if (isOver) return
    const process = newProcess(name)
    trace(`${name} starts`)
    process.onDeath.add(() => {
      trace(`${name} is dead`)
      origins.delete(name)
      clock.after(random.between(100, RESTART_MS_MAX), () => startOrigin(name))
    })
    const flows = simOrigin({
      process,
      seam: port,
      stores,
      batchMax: options.batchMax,
      settings: () => settings,
      newId: () => `id-${String((ids += 1)).padStart(6, '0')}`,
      poison(asked) {
        const found = asked.find((id) => poisonedPosts.has(id))
        if (found === undefined) return
        faults.fire('poisoned event', found)
        throw new Poisoned(`nobody can tell about ${found}`)
      },
      interrupt: interrupt(process),
      trace,
      onUnexpected,
    })
    flows.ended.catch(onUnexpected)
    origins.set(name, { flows, process })
  }

  const edges = new Map<EdgeName, { readonly flows: SimEdge; readonly process: SimProcess }>()
  function startEdge(name: EdgeName): void {
    const process = newProcess(name)
    process.onDeath.add(() => startEdge(name))
    const behind: OriginName = name === 'edge-1' ? 'origin-a' : 'origin-b'
    const other: OriginName = name === 'edge-1' ? 'origin-b' : 'origin-a'
    const flows = simEdge({
      process,
      seam: port,
      stores,
      origin: originWire(port, () => (origins.get(behind) ?? origins.get(other))?.flows),
      interrupt: interrupt(process),
      replicaWasBehind: (writes) => faults.fire('replica behind', `by ${writes} writes`),
      onUnexpected,
    })
    edges.set(name, { flows, process })
  }

  people.push(...(await seedPeople(stores, options)))
  startOrigin('origin-a')
  clock.after(random.between(1, 40), () => startOrigin('origin-b'))
  startEdge('edge-1')
  startEdge('edge-2')

  return {
    clock,
    faults,
    stores,
    past,
    people,
    origin: (name) => origins.get(name),
    edge(name) {
      const edge = edges.get(name)
      if (edge === undefined) throw new TypeError(`no ${name}`)
      return edge
    },
    restart(name) {
      const running = origins.get(name)
      if (running === undefined) return
      origins.delete(name)
      faults.fire('process restarted', name)
      running.process.ending.abort()
      void running.flows.ended.then(() => {
        running.process.onDeath.clear()
        running.process.kill()
        startOrigin(name)
      })
    },
    replaceIsolate(name) {
      faults.fire('isolate replaced', name)
      edges.get(name)?.process.kill()
    },
    interruptNext(interruption) {
      armedInterruption = interruption
    },
    poisonedPosts,
    unexpected,
    noises: () => noises,
    end() {
      isOver = true
      for (const process of processes) {
        process.onDeath.clear()
        process.kill()
        process.ending.abort()
      }
    },
  }
}

/** People and whom they follow, as they are before anything runs. */
async function seedPeople(
  { database }: Stores,
  { people, follows }: WorldOptions,
): Promise<readonly UserId[]> {
  const names = Array.from({ length: people }, (_, at) => ({
    handle: `p${at}`,
    name: `Person ${at}`,
  }))
  return database.connect().transact(async (open) => {
    const rows = await memoryUserRows(database, open).provision(names)
    const ids = rows.map(({ id }) => id)
    for (const [follower, followee] of follows) {
      const [from, to] = [ids[follower], ids[followee]]
      if (from === undefined || to === undefined) continue
      const createdAtMs = database.clock.floorMs()
      open.put('follow', `${from}:${to}`, { from, to, xid: open.xid(), createdAtMs })
    }
    return ids
  })
}
