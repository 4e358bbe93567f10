import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aRedisNode } from '../../support/redis-node.ts'
import { HISTORY_SETTINGS, redisHistory, type RedisHistory } from '../../support/redis-history.ts'
import { LISTS, listRun, PATIENCE_MS, type ListRun } from './list-run.ts'

/** `LIST_MODEL_RUNS=2000` looks longer; `LIST_MODEL_SEED` repeats a run. */
const RUNS = Number(process.env['LIST_MODEL_RUNS'] ?? 40)
const SEED = Number(process.env['LIST_MODEL_SEED'] ?? Date.now() % 1_000_000_007)

const fraction = fc.integer({ min: 0, max: 999 }).map((thousandths) => thousandths / 1_000)
const place = fc.nat(LISTS.length - 1)
const name = <Name extends keyof ListRun['steps']>(text: Name) => fc.constant(text)
/** Weights keep most lists whole most of the time: an absent one has nothing to be wrong about. */
const step = fc.oneof(
  { weight: 16, arbitrary: fc.tuple(name('publish'), fc.integer({ min: 1, max: 7 }), fc.nat(12)) },
  { weight: 12, arbitrary: fc.tuple(name('deliver'), fc.integer({ min: 1, max: 6 })) },
  { weight: 4, arbitrary: fc.tuple(name('repeat'), fraction) },
  { weight: 12, arbitrary: fc.tuple(name('claim')) },
  { weight: 16, arbitrary: fc.tuple(name('warmAtOnce'), place) },
  { weight: 5, arbitrary: fc.tuple(name('warm'), place) },
  { weight: 5, arbitrary: fc.tuple(name('finish'), fraction) },
  { weight: 1, arbitrary: fc.tuple(name('die'), fraction) },
  { weight: 1, arbitrary: fc.tuple(name('evict'), place) },
  { weight: 1, arbitrary: fc.tuple(name('expire'), place) },
  { weight: 1, arbitrary: fc.tuple(name('flush')) },
  {
    weight: 6,
    arbitrary: fc.tuple(name('rollBack'), fc.integer({ min: 1, max: 8 }), fc.boolean()),
  },
  { weight: 1, arbitrary: fc.tuple(name('rollBack'), fc.nat(100), fc.boolean()) },
  { weight: 1, arbitrary: fc.tuple(name('forget')) },
)

const node = aRedisNode({ settings: HISTORY_SETTINGS, deadlineMs: PATIENCE_MS })
let history: RedisHistory | undefined

describe('the list protocol', () => {
  it(
    `is a plain set with a floor, whatever happens to it (${RUNS} runs, seed ${SEED})`,
    async () => {
      const { server, redis } = node()
      const kept = (history ??= redisHistory(server, redis))
      const options = fc.record({
        postsMax: fc.integer({ min: 2, max: 9 }),
        steps: fc.array(step, { minLength: 10, maxLength: 80, size: 'max' }),
      })
      const seen = new Map<string, number>()
      let whole = 0
      await fc.assert(
        fc.asyncProperty(options, async ({ postsMax, steps }) => {
          const run = await listRun({ url: server.url, redis, history: kept, postsMax })
          try {
            // A life begins, as it does when a process starts.
            await run.steps.deliver(1)
            for (const [called, ...values] of steps) {
              const act = run.steps[called] as (...values: unknown[]) => Promise<void>
              await act(...values)
              whole += await run.compare()
              seen.set(called, (seen.get(called) ?? 0) + 1)
            }
          } finally {
            await run.end()
          }
        }),
        { numRuns: RUNS, seed: SEED, endOnFailure: true },
      )
      expect(seen.size).toBe(13)
      // Absent lists are never wrong; a test of nothing else would be blind.
      const compared = LISTS.length * [...seen.values()].reduce((sum, count) => sum + count, 0)
      expect(whole / compared).toBeGreaterThan(0.25)
    },
    Math.max(120_000, RUNS * 2_000),
  )
})
