import type { Pace } from '../../../origin/ports/pace.ts'
import type { SimClock } from './clock.ts'
import type { Random } from './random.ts'

export type OriginName = 'origin-a' | 'origin-b'
export type EdgeName = 'edge-1' | 'edge-2'
export type ProcessName = OriginName | EdgeName

/** One life of a process. What waits in it when it dies waits for ever. */
export interface SimProcess {
  readonly name: ProcessName
  readonly isAlive: () => boolean
  /** Asks it to end by itself. */
  readonly ending: AbortController
  /** Nothing of it moves before then, though the world goes on. */
  freeze(ms: number): boolean
  kill(): void
  readonly onDeath: Set<() => void>
  wait(ms: number): Promise<void>
  /** Waits, and does it unless the process is dead by then. */
  after(ms: number, work: () => void): () => void
  readonly pace: Pace
}

/** Of what is dead nobody hears. Another one for each who waits: a promise keeps all who wait for it. */
export const never = (): Promise<never> => new Promise(() => undefined)

export function simProcess(name: ProcessName, clock: SimClock, random: Random): SimProcess {
  const onDeath = new Set<() => void>()
  const ending = new AbortController()
  let isAlive = true
  let frozenUntilMs = 0

  function after(ms: number, work: () => void): () => void {
    let isOff = false
    const fire = () => {
      if (!isAlive || isOff) return
      const thawMs = frozenUntilMs - clock.now()
      if (thawMs > 0) callOff = clock.after(thawMs, fire)
      else work()
    }
    let callOff = clock.after(ms, fire)
    return () => {
      isOff = true
      callOff()
    }
  }

  const wait = (ms: number): Promise<void> => {
    if (!isAlive) return never()
    if (ms <= 0 && frozenUntilMs <= clock.now()) return Promise.resolve()
    return new Promise((resolve) => after(ms, resolve))
  }

  return {
    name,
    isAlive: () => isAlive,
    ending,
    onDeath,
    freeze(ms) {
      if (!isAlive) return false
      frozenUntilMs = Math.max(frozenUntilMs, clock.now() + ms)
      return true
    },
    kill() {
      if (!isAlive) return
      isAlive = false
      for (const each of onDeath) each()
    },
    wait,
    after,
    pace: {
      now: clock.now,
      random: random.next,
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          if (signal.aborted) return resolve()
          const over = () => {
            callOff()
            signal.removeEventListener('abort', over)
            if (isAlive) resolve()
          }
          const callOff = after(ms, over)
          signal.addEventListener('abort', over)
        }),
    },
  }
}
