import { run, type RunResult } from '../run/run.ts'
import type { Scenario, Step } from './steps.ts'

/** The steps without some of them; those that stay keep their times. */
function without(steps: readonly Step[], from: number, count: number): readonly Step[] {
  const left = steps.slice(from, from + count).reduce((ms, { afterMs }) => ms + afterMs, 0)
  return steps.flatMap((step, at) => {
    if (at >= from && at < from + count) return []
    return at === from + count ? [{ ...step, afterMs: step.afterMs + left }] : [step]
  })
}

type WorldChange = (world: Scenario['world']) => Partial<Scenario['world']>

/** One thing less that is wrong with the world. */
const MILDER: readonly WorldChange[] = [
  () => ({ noise: 0 }),
  () => ({ interruptions: 0 }),
  () => ({ replicaLagMs: 0 }),
  () => ({ redisSkewMs: 0 }),
  () => ({ batchMax: 1_000 }),
]

/**
 * Leaves out whatever can be left out while the same promise is broken: halves first, then less and less.
 * `undefined`: it does not fail.
 */
export async function shrunk(scenario: Scenario, runsMax: number): Promise<Scenario | undefined> {
  let runs = 1
  let last = await run(scenario)
  const { failure } = last
  if (failure === undefined) return undefined
  let shortest = scenario

  async function attempt(tried: Scenario): Promise<boolean> {
    if (runs >= runsMax) return false
    runs += 1
    const result: RunResult = await run(tried)
    if (result.failure?.promise !== failure?.promise) return false
    shortest = tried
    last = result
    return true
  }
  const change = (changed: Partial<Scenario['world']>) =>
    attempt({ ...shortest, world: { ...shortest.world, ...changed } })

  for (const milder of MILDER) await change(milder(shortest.world))
  await halve(
    () => last.noises,
    (from, count) => {
      const more = Array.from({ length: count }, (_, at) => from + at + 1)
      return change({ spared: [...shortest.world.spared, ...more] })
    },
  )
  await halve(
    () => shortest.steps.length,
    (from, count) => attempt({ ...shortest, steps: without(shortest.steps, from, count) }),
    true,
  )
  for (const follow of shortest.world.follows) {
    await change({ follows: shortest.world.follows.filter((each) => each !== follow) })
  }
  return shortest
}

/** `moves`: what is left out is gone, and the next one comes to its place. */
async function halve(
  length: () => number,
  leaveOut: (from: number, count: number) => Promise<boolean>,
  moves = false,
): Promise<void> {
  for (let size = Math.ceil(length() / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < length();) {
      const isOut = await leaveOut(at, Math.min(size, length() - at))
      if (!isOut || !moves) at += size
    }
  }
}
