import { describe, expect, it } from 'vitest'
import { simulate, tell } from './lanes/lanes.ts'
import { reportLines } from './lanes/report.ts'
import { BUGS } from './plant/bugs.ts'

const SEEDS = 150
/** Half a minute on two free cores; much longer on a machine that others use too. */
const DEADLINE_MS = 20 * 60_000
const PLANTED_SEEDS_MAX = 300
/** What tells a trace from an empty one: the shortest of 200 seeds has 75 lines. */
const TRACE_LINES_MIN = 30

const first = Number(process.env['SIMULATION_SEED'] ?? Date.now() % 1_000_000_000)

describe('the flows on memory stores', () => {
  it(
    'keep their promises whatever fails',
    async () => {
      const startedAt = performance.now()
      const simulated = await simulate({ first, seeds: SEEDS, lanes: 2 })
      const lines = reportLines(simulated, performance.now() - startedAt)
      console.log([`simulation: seeds from ${first} on`, ...lines].join('\n  '))

      const again = simulated.result.failures.map(
        ({ seed, words }) => `${words}\n  npm run simulate -- --seed ${seed}`,
      )
      expect(again.join('\n')).toBe('')
      const silent = [...simulated.result.fired].filter(([, times]) => times === 0)
      expect(silent).toEqual([])
    },
    DEADLINE_MS,
  )

  it(
    'do the same when a seed runs again, in whichever process',
    async () => {
      const one = await simulate({ first, seeds: 12, lanes: 1 })
      const shared = await simulate({ first, seeds: 12, lanes: 2 })
      expect(shared.result.digest).toBe(one.result.digest)

      const [said, again] = await Promise.all([
        tell({ kind: 'trace', seed: first }),
        tell({ kind: 'trace', seed: first }),
      ])
      expect(said.lines.length).toBeGreaterThan(TRACE_LINES_MIN)
      expect(again.lines.join('\n')).toBe(said.lines.join('\n'))
    },
    DEADLINE_MS,
  )

  it.each([
    'a consumer begins where it committed, whatever Redis has lost',
    'the outbox is read without the transactions that were still running',
    'a request that comes again is done again',
  ])(
    'are found out with a planted bug: %s',
    async (name) => {
      const bug = BUGS.find((each) => each.name === name)
      expect(bug).toBeDefined()
      const { result } = await simulate({
        first: 1,
        seeds: PLANTED_SEEDS_MAX,
        lanes: 2,
        planted: bug?.replacements ?? [],
        untilFailure: true,
      })
      expect(result.failures.length).toBeGreaterThan(0)
    },
    DEADLINE_MS,
  )

  it(
    'are told as a story, as short as it gets, when a promise is broken',
    async () => {
      const bug = BUGS.find(({ name }) => name === 'the floor is not raised by a trim')
      const planted = bug?.replacements ?? []
      const task = { first: 1, seeds: 50, lanes: 1, planted, untilFailure: true }
      const [failure] = (await simulate(task)).result.failures
      const { lines, failed } = await tell(
        { kind: 'story', seed: failure?.seed ?? 0, runsMax: 120 },
        planted,
      )
      expect(failed).toBe(true)
      expect(lines.at(-1)).toMatch(/^Which breaks promise 1, a page is complete, or it says so: /)
      const whole = await tell({ kind: 'trace', seed: failure?.seed ?? 0 }, planted)
      expect(lines.length).toBeLessThan(whole.lines.length)
    },
    DEADLINE_MS,
  )
})
