import type { Run } from './long-half.ts'
import { PLANTED, type Fault } from './planted.ts'
import { CRASH_POINTS, onLog, type Pair } from './points.ts'
import type { Report } from './row.ts'
import { kills } from './runs/kills.ts'

/** Of a kill, the start of who follows, and what both cost. */
const KILL_SECONDS = 7
const PLANTED_KILLS = 6

export interface KillRuns {
  readonly killsPerPair: number
  readonly report: Report
  readonly log?: 'kafka'
}

/** Kills at each pair of steps, and with each planted fault. */
export const killRuns = (how: KillRuns): readonly Run[] => [
  killRun(how),
  ...onLog(PLANTED, how.log).map((planted) => plantedRun(planted, how)),
]

/** The pairs in turn, and the points of a pair in turn. */
function killRun({ killsPerPair, report, ...on }: KillRuns): Run {
  const byPair = Map.groupBy(onLog(CRASH_POINTS, on.log), ({ pair }) => pair)
  const nameAt = (pair: Pair, nth: number) => {
    const points = byPair.get(pair) ?? []
    return points[nth % points.length]?.name ?? ''
  }
  const at = Array.from({ length: killsPerPair }, (_, nth) =>
    [...byPair.keys()].map((pair) => nameAt(pair, nth)),
  ).flat()
  const run = `kills${onIts(on.log)}`
  return {
    name: run,
    ...on,
    seconds: at.length * KILL_SECONDS,
    go: async (ground) => [await kills(ground, { run, at, report, ...on })],
  }
}

/** A run that finds nothing wrong with a fault planted has not looked. */
function plantedRun(planted: Fault, { report, log }: KillRuns): Run {
  const on = log === undefined ? {} : { log }
  const name = `planted${onIts(log)}: ${planted.name}`
  return {
    name,
    ...on,
    seconds: PLANTED_KILLS * KILL_SECONDS,
    async go(ground) {
      const at = Array.from({ length: PLANTED_KILLS }, () => planted.points).flat()
      const row = await kills(ground, { run: planted.name, at, planted, report, ...on })
      // A point that was not hit, or a run that did not end, is no finding.
      const seen = row.problems.filter((problem) => !problem.startsWith('Error'))
      const problems = seen.length > 0 ? [] : ['nobody noticed']
      return [{ run: name, found: { ...row.found, seen: seen.length }, problems }]
    },
  }
}

const onIts = (log: 'kafka' | undefined) => (log === undefined ? '' : ` on ${log}`)
