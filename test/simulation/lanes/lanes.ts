import { fork } from 'node:child_process'
import path from 'node:path'
import { REPLACEMENTS_VARIABLE, type Replacement } from '../../oracle/plant/replacement.ts'
import { SMALL } from '../plant/small.ts'
import { addAll, noSeeds, type SeedsResult } from './seeds.ts'
import type { LaneTask, LaneWords } from './worker.ts'

type Answer = Exclude<LaneWords, { kind: 'progress' }>

/** Runs in a process of its own, where sources may differ from those on disk. */
async function inLane(
  task: LaneTask,
  planted: readonly Replacement[],
  onProgress: (done: number) => void,
): Promise<Answer> {
  const child = fork(path.join(import.meta.dirname, 'worker.ts'), {
    execArgv: [
      // What a moment makes is garbage at the next: with room for it, little of it is ever copied.
      '--max-semi-space-size=32',
      '--import',
      path.join(import.meta.dirname, '..', '..', 'oracle', 'plant', 'register.ts'),
    ],
    env: { ...process.env, [REPLACEMENTS_VARIABLE]: JSON.stringify([...SMALL, ...planted]) },
    // Tallies are maps.
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  })
  let complaint = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint += text))
  let answer: Answer | undefined
  child.on('message', (words: LaneWords) => {
    if (words.kind === 'progress') onProgress(words.done)
    else answer = words
  })
  child.send(task)
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve())
  })
  if (answer === undefined) throw new Error(`the runs ended without a result: ${complaint.trim()}`)
  return answer
}

export interface SimulateOptions {
  readonly first: number
  readonly seeds: number
  readonly lanes: number
  readonly planted?: readonly Replacement[]
  readonly untilFailure?: boolean
  readonly onProgress?: (done: number) => void
}

export interface Simulated {
  readonly result: SeedsResult
  readonly cpuMs: number
}

/** Seeds shared among processes: each takes every so-manyth. */
export async function simulate(options: SimulateOptions): Promise<Simulated> {
  const { first, seeds, lanes, planted = [], untilFailure = false, onProgress } = options
  const done = Array.from({ length: lanes }, () => 0)
  const answers = await Promise.all(
    done.map((_, lane) =>
      inLane(
        {
          kind: 'seeds',
          first: first + lane,
          seeds: Math.floor((seeds + lanes - 1 - lane) / lanes),
          step: lanes,
          untilFailure,
        },
        planted,
        (count) => {
          done[lane] = count
          onProgress?.(done.reduce((sum, each) => sum + each, 0))
        },
      ),
    ),
  )
  const result = noSeeds()
  let cpuMs = 0
  for (const answer of answers) {
    if (answer.kind !== 'seeds') continue
    addAll(result, answer.result)
    cpuMs += answer.cpuMs
  }
  result.failures.sort((a, b) => a.seed - b.seed)
  return { result, cpuMs }
}

export interface Told {
  readonly lines: readonly string[]
  readonly failed: boolean
}

/** One seed with every step, or the shortest run that fails as it does. */
export async function tell(
  task: Exclude<LaneTask, { kind: 'seeds' }>,
  planted: readonly Replacement[] = [],
): Promise<Told> {
  const answer = await inLane(task, planted, () => undefined)
  return answer.kind === 'lines' ? answer : { lines: [], failed: false }
}
