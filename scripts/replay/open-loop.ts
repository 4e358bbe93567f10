import { setTimeout as delay } from 'node:timers/promises'
import { IN_FLIGHT_MAX, WAITING_MAX } from './limits.ts'
import type { Action } from './schedule.ts'

export interface OpenLoop {
  /** Begins each action at its time, however long earlier ones take. Resolves when the last has ended. */
  run(actions: readonly Action[], signal: AbortSignal): Promise<void>
  waiting(): number
  /** Actions that were never begun: too many waited. */
  shed(): number
}

/**
 * Requests come when they come: a slow answer does not slow down who asks next. What cannot begin at its
 * time waits, and `work` is told when it should have begun, so that waiting counts.
 */
export function openLoop(
  work: (action: Action, dueAtMs: number) => Promise<void>,
  now: () => number,
): OpenLoop {
  const queue: { readonly action: Action; readonly dueAtMs: number }[] = []
  let inFlight = 0
  let shed = 0
  let idle: (() => void) | undefined

  function pump(): void {
    while (inFlight < IN_FLIGHT_MAX) {
      const next = queue.shift()
      if (next === undefined) break
      inFlight += 1
      void work(next.action, next.dueAtMs).finally(() => {
        inFlight -= 1
        pump()
      })
    }
    if (inFlight === 0 && queue.length === 0) idle?.()
  }

  return {
    waiting: () => queue.length,
    shed: () => shed,
    async run(actions, signal) {
      const startedAt = now()
      for (const action of actions) {
        const waitMs = startedAt + action.atMs - now()
        if (waitMs > 1) await delay(waitMs, undefined, { signal }).catch(() => undefined)
        if (signal.aborted) break
        if (queue.length >= WAITING_MAX) shed += 1
        else queue.push({ action, dueAtMs: startedAt + action.atMs })
        pump()
      }
      if (signal.aborted) queue.length = 0
      if (inFlight === 0 && queue.length === 0) return
      await new Promise<void>((resolve) => {
        idle = resolve
      })
    },
  }
}
