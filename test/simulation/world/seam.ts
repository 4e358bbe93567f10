import { AppError } from '../../../shared/errors.ts'
import {
  L2_DEADLINE_MS,
  ORIGIN_DEADLINE_MS,
  POSTGRES_DEADLINE_MS,
  REDIS_DEADLINE_MS,
} from '../../../shared/limits.ts'
import type { SimClock } from './clock.ts'
import type { CallFault, FaultDesk, Store } from './faults.ts'
import { never, type SimProcess } from './process.ts'
import type { Random } from './random.ts'

/** Every call of a port goes through here: it takes time, and may go wrong. */
export interface Seam {
  call<Value>(
    process: SimProcess,
    store: Store,
    name: string,
    effect: () => Value | Promise<Value>,
    options?: CallOptions,
  ): Promise<Value>
  /** A port whose calls all go through the seam. */
  port<Port extends object>(process: SimProcess, store: Store, name: string, port: Port): Port
}

export interface CallOptions {
  /** Awaited before the effect: what was sent before it over the same connection. */
  readonly after?: Promise<unknown>
  /** The server forgets what was under way when the connection goes: it cannot be done late. */
  readonly neverLate?: boolean
}

interface HarmedCall<Value> extends CallOptions {
  readonly process: SimProcess
  readonly store: Store
  readonly name: string
  readonly effect: () => Value | Promise<Value>
  readonly found: { readonly fault: CallFault; readonly ms: number }
  readonly travelMs: number
}

export interface SeamDeps {
  readonly clock: SimClock
  readonly random: Random
  readonly faults: FaultDesk
  readonly trace: (words: string) => void
  readonly onUnexpected: (error: unknown) => void
}

const DEADLINE_MS: Readonly<Record<Store, number>> = {
  postgres: POSTGRES_DEADLINE_MS,
  redis: REDIS_DEADLINE_MS,
  l2: L2_DEADLINE_MS,
  origin: ORIGIN_DEADLINE_MS,
}
/** The longest way there, without a fault. */
const TRAVEL_MS_MAX: Readonly<Record<Store, number>> = { postgres: 2, redis: 1, l2: 4, origin: 5 }

export function seam({ clock, random, faults, trace, onUnexpected }: SeamDeps): Seam {
  /** Whoever asked was told long ago that it failed; that the store refuses it now too changes nothing. */
  const refusedLate = (error: unknown) => {
    if (!(error instanceof AppError)) onUnexpected(error)
  }

  const unavailable = (store: Store, name: string, how: string) =>
    new AppError('STORE_UNAVAILABLE', `${store} ${name}: ${how}`)

  /** Whoever is asked may die meanwhile, and then says nothing at all. */
  function inTime<Value>(process: SimProcess, effect: () => Value | Promise<Value>) {
    return new Promise<Value>((resolve, reject) => {
      const callOff = process.after(ORIGIN_DEADLINE_MS, () =>
        reject(unavailable('origin', 'call', 'no answer')),
      )
      Promise.resolve(effect()).then(resolve, reject).finally(callOff)
    })
  }

  /** Nearly all calls: nothing goes wrong with them. */
  async function unharmed<Value>(
    process: SimProcess,
    travelMs: number,
    effect: () => Value | Promise<Value>,
    after: Promise<unknown> | undefined,
  ): Promise<Value> {
    try {
      await process.wait(travelMs)
      if (after !== undefined) await after
      const value = await effect()
      return process.isAlive() ? value : never()
    } catch (error) {
      if (process.isAlive()) throw error
      return never()
    }
  }

  function call<Value>(
    process: SimProcess,
    store: Store,
    name: string,
    effect: () => Value | Promise<Value>,
    options: CallOptions = {},
  ): Promise<Value> {
    if (!process.isAlive()) return never()
    const found = faults.decide(process.name, store, name)
    const travelMs = random.below(TRAVEL_MS_MAX[store] + 1)
    if (found !== undefined) {
      return harmed({ process, store, name, effect, found, travelMs, ...options })
    }
    const asked = store === 'origin' ? () => inTime(process, effect) : effect
    return unharmed(process, travelMs, asked, options.after)
  }

  async function harmed<Value>({
    process,
    store,
    name,
    effect,
    found,
    travelMs,
    after,
    neverLate = false,
  }: HarmedCall<Value>): Promise<Value> {
    const done = async (ms: number) => {
      await process.wait(ms)
      await after
      return store === 'origin' ? inTime(process, effect) : effect()
    }
    const answered = (ms: number) => unharmed(process, 0, () => done(ms), undefined)
    /** On the way there, or on the way back: what is answered late may be old by then. */
    const slowly = async (ms: number): Promise<Value> => {
      if (ms % 2 === 0) return answered(ms)
      const value = await answered(travelMs)
      await process.wait(ms)
      return value
    }
    const isLate = found.fault === 'call done after its deadline' && !neverLate
    switch (isLate ? 'call done after its deadline' : found.fault) {
      case 'call refused':
        await process.wait(travelMs)
        throw unavailable(store, name, 'refused')
      case 'call done after its deadline':
        if (isLate) {
          clock.after(DEADLINE_MS[store] + found.ms, () => {
            trace(`late: ${process.name} ${store} ${name}`)
            Promise.resolve(after).then(effect).catch(refusedLate)
          })
        }
        await process.wait(DEADLINE_MS[store])
        throw unavailable(store, name, 'too late')
      case 'call hung, nothing done':
        await process.wait(DEADLINE_MS[store])
        throw unavailable(store, name, 'no answer')
      case 'reply lost after the effect':
        await done(travelMs)
        await process.wait(1)
        throw unavailable(store, name, 'the connection was lost')
      case 'call slow':
        return slowly(Math.min(found.ms, DEADLINE_MS[store] - TRAVEL_MS_MAX[store] - 1))
      case 'process killed before the effect':
        await process.wait(travelMs)
        process.kill()
        return never()
      case 'process killed after the effect':
        await done(travelMs)
        process.kill()
        return never()
    }
  }

  function port<Port extends object>(
    process: SimProcess,
    store: Store,
    name: string,
    target: Port,
  ): Port {
    const wrapped = Object.entries(target).map(([method, value]: [string, unknown]) => [
      method,
      typeof value === 'function'
        ? (...args: unknown[]) =>
            call(process, store, `${name}.${method}`, () =>
              (value as (...args: unknown[]) => unknown)(...args),
            )
        : value,
    ])
    return Object.fromEntries(wrapped) as Port
  }

  return { call, port }
}
