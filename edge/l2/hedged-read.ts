import { L2_DEADLINE_MS } from '../../shared/limits.ts'
import type { After, Later } from '../single-flight.ts'
import type { HedgeBudget } from './hedge-budget.ts'
import type { Asks, RegionRead, RegionReader } from './region-reader.ts'

export interface Hedging {
  readonly budget: HedgeBudget
  readonly after: After
}

export interface HedgedRead {
  readonly first: RegionReader
  /** Asked too when the first takes longer than it usually does. */
  readonly second: RegionReader | undefined
  readonly asks: Asks
  readonly later: Later
  /** What the second must have to be taken before the first has spoken. */
  readonly isGood: (read: RegionRead) => boolean
  readonly onHedge: () => void
  /** The second failed; the first is still waited for. */
  readonly onHedgeFailed: () => void
}

/** Rejects as the first region did, when the second was of no help. Whoever comes late is heard all the same. */
export function hedgedRead(
  { first, second, asks, later, isGood, onHedge, onHedgeFailed }: HedgedRead,
  { budget, after }: Hedging,
): Promise<{ readonly by: RegionReader; readonly read: RegionRead }> {
  budget.earn()
  const own = first.read(asks, later).then((read) => ({ by: first, read }))
  const delayMs = first.p95Ms()
  // By the deadline the next region takes over anyway.
  if (second === undefined || delayMs === undefined || delayMs >= L2_DEADLINE_MS) return own

  const { promise, resolve, reject } = Promise.withResolvers<Awaited<typeof own>>()
  let hedge: Promise<void> | undefined
  const callOff = after(delayMs, () => {
    if (!second.allows() || !budget.spend()) return
    onHedge()
    hedge = second.read(asks, later).then((read) => {
      if (isGood(read)) resolve({ by: second, read })
    }, onHedgeFailed)
  })
  own.then(resolve, (cause: unknown) => {
    if (hedge === undefined) reject(cause as Error)
    // Where the second has answered this says nothing any more.
    else void hedge.then(() => reject(cause as Error))
  })
  return promise.finally(callOff)
}
