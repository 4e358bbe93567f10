import { expect, it } from 'vitest'
import { faultyStack } from '../../faults/faulty-stack.ts'
import { saturatedReads } from '../../faults/runs/saturated-reads.ts'
import { warmReaders } from '../../faults/warm-readers.ts'
import { testGround } from './test-ground.ts'

/** The quick half; `npm run faults` judges how long posts take. */
it('takes posts and serves what is warm while reads wait for a slow Postgres', async () => {
  await using stack = await faultyStack(await testGround())
  const origin = await stack.startOrigin()
  stack.reach([origin])
  const warm = await warmReaders(stack, { authors: 2, readers: 4 })
  for (const author of warm.authors) await warm.post(author, 'there from the beginning')
  const row = await saturatedReads(stack, warm, {
    originUrl: `http://127.0.0.1:${origin.port}`,
    cold: await stack.people(100),
    pairs: 1,
    windowMs: 4_000,
    isTimed: false,
  })
  if (process.env['FAULTS_SHOW'] !== undefined) console.log(JSON.stringify(row))
  expect(row.problems, JSON.stringify(row.found)).toEqual([])
}, 120_000)
