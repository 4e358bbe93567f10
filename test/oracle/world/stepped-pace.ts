import type { Pace } from '../../../origin/ports/pace.ts'

/** A loop of the product that runs a round when the test says so, and stands still in between. */
export interface SteppedPace extends Pace {
  /** Ends the loop's sleep; resolves when it sleeps again. */
  step(): Promise<void>
  /** Resolves when the loop sleeps, at once if it does. */
  asleep(): Promise<void>
  /** What falls asleep meanwhile waits for somebody, and not for the next round: it sleeps for good. */
  aside<Result>(call: () => Result): Result
}

export function steppedPace(now: () => number): SteppedPace {
  let wake: (() => void) | undefined
  let isAside = false
  const watchers: (() => void)[] = []

  const asleep = (): Promise<void> =>
    wake === undefined ? new Promise((resolve) => watchers.push(resolve)) : Promise.resolve()

  return {
    now,
    random: () => 0.5,
    sleep(_, signal) {
      return new Promise((resolve) => {
        if (signal.aborted) return resolve()
        const rouse = () => {
          if (wake === rouse) wake = undefined
          signal.removeEventListener('abort', rouse)
          resolve()
        }
        signal.addEventListener('abort', rouse)
        if (isAside) return
        wake = rouse
        for (const watcher of watchers.splice(0)) watcher()
      })
    },
    asleep,
    async step() {
      await asleep()
      wake?.()
      await asleep()
    },
    aside(call) {
      isAside = true
      try {
        return call()
      } finally {
        isAside = false
      }
    },
  }
}
