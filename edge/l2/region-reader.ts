import { planWave, type WaveAnswer, type WaveRequest } from '../../shared/feed/wave.ts'
import { lowestHorizon } from '../../shared/horizon.ts'
import type { Lease } from '../../shared/invalidation.ts'
import { L2_DEADLINE_MS } from '../../shared/limits.ts'
import type { Now } from '../../shared/time.ts'
import { breaker } from '../breaker.ts'
import { listen, type Listening, type NumberedInvalidation } from '../cache/listening.ts'
import type { Memory } from '../cache/memory.ts'
import type { Stamp } from '../cache/shelf.ts'
import { singleFlight, type After, type Later } from '../single-flight.ts'
import type { Delivered } from './delivered.ts'
import { recentLatency } from './latency.ts'
import { logCommands, readLog } from './log-commands.ts'
import type { Region } from './pipeline.ts'
import { pulledCommands, readPulled, type PulledRead, type PulledSet } from './pulled-set.ts'

/** The last lease that a read of this region saw, and when that read was sent. */
export interface Sighting {
  readonly lease: Lease
  readonly sentAtMs: number
}

export interface Asks {
  readonly wave: WaveRequest
  readonly pulled: boolean
}

export interface RegionRead {
  readonly answer: WaveAnswer
  readonly lease: Lease | undefined
  /** `undefined`: not asked for, or not there. */
  readonly pulled: PulledRead | undefined
  readonly sentAtMs: number
  /** The stamp of what lies under this watermark; `undefined`: not certain enough to be kept. */
  stampOf(delivered: Delivered): Stamp | undefined
}

/** What an isolate knows of one region, and the way to read more. */
export interface RegionReader {
  readonly name: string
  listening(): Listening | undefined
  seen(): Sighting | undefined
  pulled(): PulledSet | undefined
  /** False while the region failed too often to be tried. */
  allows(): boolean
  read(asks: Asks, later: Later): Promise<RegionRead>
  /** Longer than this is unusual for it; `undefined`: too little is known. */
  p95Ms(): number | undefined
  /** Lease and log alone, after the answer; one at a time. */
  poll(later: Later): void
}

export interface RegionReaderDeps {
  readonly memory: Memory
  readonly now: Now
  /** Absent in a Worker, which has timers of its own. */
  readonly after?: After
  /** The reader gets its answer from elsewhere; operators read of it here. */
  readonly report: (error: unknown) => void
  /**
   * Another region's log was heard from this place on until now. Then a gap in this one's, which is read only
   * now and then, loses nothing: the numbers are the same in all regions.
   */
  readonly heardElsewhere: (listening: Listening) => boolean
}

export function regionReader({ name, pipeline }: Region, deps: RegionReaderDeps): RegionReader {
  const { memory, now, after } = deps
  const health = breaker(now)
  const latency = recentLatency()
  const flights = singleFlight<RegionRead>({
    waitMsMax: L2_DEADLINE_MS,
    now,
    ...(after === undefined ? {} : { after }),
  })
  let listening: Listening | undefined
  let seen: Sighting | undefined
  let pulled: PulledSet | undefined
  let polledAtMs = Number.NEGATIVE_INFINITY

  /** A sighting from a moment to come is of before the clock went back, and would keep all others out until then. */
  const isNewer = (sentAtMs: number): boolean =>
    seen === undefined || sentAtMs >= seen.sentAtMs || seen.sentAtMs > now()

  function hear(
    from: number | undefined,
    sentAtMs: number,
    lease: Lease | undefined,
    entries: readonly NumberedInvalidation[],
  ): void {
    const before = listening
    const listened = listen(before, { from, lease, entries })
    listening = listened.listening
    if (listened.lost && before !== undefined) {
      const isRestored = lease?.horizon.epoch !== before.epoch
      if (isRestored || !deps.heardElsewhere(before)) memory.drop()
      // After a restore versions may be lower than those heard before.
      if (isRestored) memory.heard.clear()
    }
    for (const entry of entries) memory.heard.hear(entry)
    if (lease !== undefined && isNewer(sentAtMs)) seen = { lease, sentAtMs }
  }

  async function send({ wave: request, pulled: wantsPulled }: Asks): Promise<RegionRead> {
    const before = { listening, seen }
    const sentAtMs = now()
    const logPart = logCommands(before.listening?.place)
    const pulledPart = wantsPulled ? pulledCommands(pulled) : []
    const wave = planWave(request)
    const replies = await pipeline([...logPart, ...pulledPart, ...wave.commands])

    const { lease, entries } = readLog(replies.slice(0, logPart.length))
    const answer = wave.read(replies.slice(logPart.length + pulledPart.length))
    const pulledRead = wantsPulled ? readPulled(replies[logPart.length] ?? null) : undefined
    hear(before.listening?.place, sentAtMs, lease, entries)
    if (pulledRead?.set !== undefined) pulled = pulledRead.set
    // A set of another version is of no more use; the next read asks for the new one.
    else if (pulledRead !== undefined && pulledRead.stamp.version !== pulled?.version) {
      pulled = undefined
    }

    return {
      answer,
      lease,
      pulled: pulledRead,
      sentAtMs,
      stampOf({ horizon, tick }) {
        if (before.listening === undefined || before.seen === undefined) return undefined
        if (listening === undefined || before.listening.place < listening.start) return undefined
        if (tick < listening.fromTick) return undefined
        const has = lowestHorizon([before.seen.lease.horizon, horizon])
        return { place: before.listening.place, has, sentAtMs }
      },
    }
  }

  async function watched(asks: Asks): Promise<RegionRead> {
    const startedAtMs = now()
    try {
      const read = await send(asks)
      health.succeeded()
      return read
    } catch (error) {
      health.failed()
      deps.report(error)
      throw error
    } finally {
      latency.note(now() - startedAtMs)
    }
  }

  const read = (asks: Asks, later: Later): Promise<RegionRead> =>
    flights.load(JSON.stringify(asks), () => watched(asks), later)

  return {
    name,
    listening: () => listening,
    seen: () => seen,
    pulled: () => pulled,
    allows: () => health.allows(),
    read,
    p95Ms: () => latency.p95Ms(),
    poll(later) {
      const elapsedMs = now() - polledAtMs
      // Under way, or lost with its request: nobody waits for it, so nobody has to join it.
      if (elapsedMs >= 0 && elapsedMs < L2_DEADLINE_MS) return
      polledAtMs = now()
      // Whoever sent it has reported it, and the next poll is soon; nobody waits for this one.
      later(read({ wave: {}, pulled: false }, later).catch(() => undefined))
    },
  }
}
