import {
  ADMISSION_EVERY_MS,
  ADMISSION_LATE_MS,
  REQUESTS_IN_BURST_MIN,
  REQUESTS_IN_FLIGHT_MAX,
  REQUESTS_IN_FLIGHT_MIN,
} from '../../shared/limits.ts'
import type { Pace } from '../ports/pace.ts'

/**
 * So many requests at once, and no more: what is taken on is then answered in time, whatever comes.
 *
 * How many that are, the process finds out. When its own thread comes late to what it meant to do, there is
 * more work than time, and each further request only makes all of them wait: fewer are taken on. A store
 * that hangs makes nobody late here, so that it costs no reader an answer from elsewhere. Few at once are also
 * answered faster: what many leave half done outlives the young generation of the heap.
 */
export interface Admission {
  /** False: come back later. Who was let in leaves once. */
  readonly enter: () => boolean
  readonly leave: () => void
  readonly limit: () => number
  /** Watches how late the process is until the signal aborts. */
  readonly watch: (sleep: Pace['sleep'], signal: AbortSignal) => Promise<void>
}

export interface AdmissionOptions {
  readonly now: Pace['now']
  /** Of those taken on, about how many wait for Postgres: they need nothing of this thread. */
  readonly waiting?: () => number
  readonly inFlightMax?: number
  readonly inFlightMin?: number
  readonly inBurstMin?: number
}

/** Down as far as it is late, but not by more than this at once; up slowly, since the load may still be there. */
const DOWN_SHARE_MIN = 0.25
const UP_REQUESTS = 4

export function admission({
  now,
  waiting = () => 0,
  inFlightMax = REQUESTS_IN_FLIGHT_MAX,
  inFlightMin = REQUESTS_IN_FLIGHT_MIN,
  inBurstMin = REQUESTS_IN_BURST_MIN,
}: AdmissionOptions): Admission {
  let limit = inFlightMax
  let inFlight = 0
  /** When it looked last; nobody watches yet: it is never late. */
  let lookedMs = Infinity
  /** The most busy ones at once since the last look: only a limit that is reached is too high or too low. */
  let most = 0

  const busy = () => inFlight - Math.min(inFlight, waiting())
  const lateMs = () => now() - lookedMs - ADMISSION_EVERY_MS

  function look(): void {
    const late = lateMs()
    if (late > ADMISSION_LATE_MS && most > inFlightMin) {
      const share = Math.max(DOWN_SHARE_MIN, ADMISSION_LATE_MS / late)
      limit = Math.max(inFlightMin, Math.floor(Math.min(limit, most) * share))
    } else if (late <= ADMISSION_LATE_MS / 2) {
      limit = Math.min(inFlightMax, limit + UP_REQUESTS)
    }
    most = busy()
    lookedMs = now()
  }

  return {
    enter() {
      if (inFlight >= inFlightMax || busy() >= limit) return false
      // It is late already, and what came with this one has made it so: the next look would be too late.
      if (busy() >= inBurstMin && lateMs() > ADMISSION_LATE_MS) return false
      inFlight += 1
      most = Math.max(most, busy())
      return true
    },
    leave() {
      inFlight -= 1
    },
    limit: () => limit,
    async watch(sleep, signal) {
      lookedMs = now()
      while (!signal.aborted) {
        await sleep(ADMISSION_EVERY_MS, signal)
        look()
      }
    },
  }
}
