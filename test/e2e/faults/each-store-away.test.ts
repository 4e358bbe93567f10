import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultyStack, type FaultyStack } from '../../faults/faulty-stack.ts'
import { STORES } from '../../faults/stack-lines.ts'
import { MODES, storeAway } from '../../faults/runs/store-away.ts'
import { warmReaders, type WarmReaders } from '../../faults/warm-readers.ts'
import { testGround } from './test-ground.ts'

/** The quick half; `npm run faults` sends thousands of reads through each of these. */
const READS = 30
const PER_SECOND = 20

describe('a warm reader', { timeout: 120_000 }, () => {
  const open = new AsyncDisposableStack()
  let stack: FaultyStack
  let warm: WarmReaders

  beforeAll(async () => {
    stack = open.use(await faultyStack(await testGround()))
    stack.reach([await stack.startOrigin()])
    warm = await warmReaders(stack, { authors: 2, readers: 4 })
    for (const author of warm.authors) await warm.post(author, 'there from the beginning')
  }, 120_000)

  afterAll(() => open.disposeAsync())

  describe.each(STORES)('is served when %s', (store) => {
    it.each(MODES)('becomes $is', async (mode) => {
      const how = { reads: READS, perSecond: PER_SECOND, isTimed: true }
      const row = await storeAway(stack, warm, { store, mode, ...how })
      if (process.env['FAULTS_SHOW'] !== undefined) console.log(JSON.stringify(row))
      expect(row.problems, JSON.stringify(row.found)).toEqual([])
    })
  })
})
