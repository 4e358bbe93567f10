import type { Now } from '../shared/time.ts'

/** `waitUntil`: work that goes on after the answer. */
export type Later = (work: Promise<unknown>) => void

/**
 * One load a key at a time in an isolate; those who come meanwhile share its value.
 *
 * Only plain values: a Response or a stream belongs to the request that made it. A request that ends takes
 * its promises along, so the leader's is kept alive by `later`, and a follower that the value does not
 * reach in time loads by itself. A flight that is older than anybody waits is no longer joined: its request
 * may be gone, and it would never land.
 */
export interface SingleFlight<Value> {
  load(key: string, work: () => Promise<Value>, later: Later): Promise<Value>
}

export interface SingleFlightOptions {
  readonly waitMsMax: number
  readonly now: Now
  /** Calls once after the time; answers how to call it off. */
  readonly after?: After
}

export type After = (ms: number, fire: () => void) => () => void

const afterMs: After = (ms, fire) => {
  const timer = setTimeout(fire, ms)
  return () => clearTimeout(timer)
}

export function singleFlight<Value>({
  waitMsMax,
  now,
  after = afterMs,
}: SingleFlightOptions): SingleFlight<Value> {
  const flights = new Map<string, { readonly value: Promise<Value>; readonly sinceMs: number }>()
  return {
    load(key, work, later) {
      const flight = flights.get(key)
      const elapsedMs = flight === undefined ? 0 : now() - flight.sinceMs
      if (flight !== undefined && elapsedMs >= 0 && elapsedMs <= waitMsMax) {
        return withinMs(flight.value, waitMsMax, after).catch(work)
      }
      const own = work().finally(() => {
        if (flights.get(key)?.value === own) flights.delete(key)
      })
      flights.set(key, { value: own, sinceMs: now() })
      // The failure is the leader's to report.
      later(own.catch(() => undefined))
      return own
    },
  }
}

async function withinMs<Value>(
  flight: Promise<Value>,
  waitMs: number,
  after: After,
): Promise<Value> {
  const late = Promise.withResolvers<never>()
  const callOff = after(waitMs, () => late.reject(new Error('the shared load is late')))
  try {
    return await Promise.race([flight, late.promise])
  } finally {
    callOff()
  }
}
