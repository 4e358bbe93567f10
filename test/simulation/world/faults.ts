import type { ProcessName } from './process.ts'

/** What can go wrong in a run. Each is counted when it fired and had something to bite on. */
export const FAULT_KINDS = [
  // Of one call of a port.
  'call refused',
  'call hung, nothing done',
  'call done after its deadline',
  'reply lost after the effect',
  'call slow',
  'process killed before the effect',
  'process killed after the effect',
  'pipeline interrupted',
  // Of a store, for a while.
  'Postgres away',
  'Redis away',
  'L2 away',
  'origin away from an edge',
  // Of Redis.
  'failover lost the newest writes',
  'restart from an old snapshot',
  'everything flushed',
  'key evicted',
  'replica behind',
  'clock of Redis off',
  // Of Postgres and what it tells.
  'commit held back',
  'wake-up lost',
  'poisoned event',
  'leader session cut',
  // Of processes and time.
  'process restarted',
  'process frozen',
  'isolate replaced',
  'world slept',
] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

export type Store = 'postgres' | 'redis' | 'l2' | 'origin'

/** What happens to one call. */
export type CallFault =
  | 'call refused'
  | 'call hung, nothing done'
  | 'call done after its deadline'
  | 'reply lost after the effect'
  | 'call slow'
  | 'process killed before the effect'
  | 'process killed after the effect'

export interface ArmedFault {
  readonly fault: CallFault
  readonly store: Store
  /** `undefined`: whichever process comes first. */
  readonly process: ProcessName | undefined
  /** `undefined`: any call. */
  readonly call?: string | undefined
  /** So many calls are let through before. */
  skip: number
  readonly ms: number
}

export interface AwayWindow {
  readonly store: Store
  readonly process: ProcessName | undefined
  readonly how: 'refuse' | 'hang'
  readonly untilMs: number
  hasBitten: boolean
}

export interface FaultDesk {
  readonly fired: Map<FaultKind, number>
  /** When something last went wrong, and where. */
  lastFiredMs(): number
  fire(kind: FaultKind, what: string): void
  arm(fault: ArmedFault): void
  away(window: AwayWindow): void
  /** Of each call: what goes wrong with it. */
  decide(
    process: ProcessName,
    store: Store,
    call: string,
  ): { readonly fault: CallFault; readonly ms: number } | undefined
  /** From now on nothing goes wrong. */
  end(): void
  isOver(): boolean
}

const AWAY: Readonly<Record<Store, FaultKind>> = {
  postgres: 'Postgres away',
  redis: 'Redis away',
  l2: 'L2 away',
  origin: 'origin away from an edge',
}

export interface FaultDeskDeps {
  readonly now: () => number
  readonly trace: (words: string) => void
  /** So often a call goes wrong by itself. */
  readonly noise: () => { readonly fault: CallFault; readonly ms: number } | undefined
}

export function faultDesk({ now, trace, noise }: FaultDeskDeps): FaultDesk {
  const fired = new Map<FaultKind, number>()
  let armed: ArmedFault[] = []
  let windows: AwayWindow[] = []
  let lastMs = Number.NEGATIVE_INFINITY
  let isOver = false

  function fire(kind: FaultKind, what: string): void {
    fired.set(kind, (fired.get(kind) ?? 0) + 1)
    lastMs = Math.max(lastMs, now())
    trace(`! ${kind}: ${what}`)
  }

  function fromWindow(process: ProcessName, store: Store) {
    if (windows.length === 0) return undefined
    windows = windows.filter(({ untilMs }) => untilMs > now())
    const window = windows.find(
      (each) => each.store === store && (each.process ?? process) === process,
    )
    if (window === undefined) return undefined
    lastMs = now()
    if (!window.hasBitten) fire(AWAY[store], `for ${window.process ?? 'everyone'}`)
    window.hasBitten = true
    const fault = window.how === 'hang' ? 'call hung, nothing done' : 'call refused'
    return { fault, ms: 0 } as const
  }

  return {
    fired,
    lastFiredMs: () => lastMs,
    fire,
    arm: (fault) => void armed.push(fault),
    away: (window) => void windows.push(window),
    decide(process, store, call) {
      if (isOver) return undefined
      const window = fromWindow(process, store)
      if (window !== undefined) return window
      const due = armed.find(
        (each) =>
          each.store === store &&
          (each.process ?? process) === process &&
          (each.call ?? call) === call &&
          each.skip-- <= 0,
      )
      if (due !== undefined) armed = armed.filter((each) => each !== due)
      const found = due ?? noise()
      if (found !== undefined) fire(found.fault, `${process} ${store} ${call}`)
      return found
    },
    end() {
      isOver = true
      armed = []
      windows = []
    },
    isOver: () => isOver,
  }
}
