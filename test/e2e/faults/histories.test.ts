import { expect, it } from 'vitest'
import { faultyStack } from '../../faults/faulty-stack.ts'
import type { Row } from '../../faults/row.ts'
import { failover } from '../../faults/runs/failover.ts'
import { rolledBack } from '../../faults/runs/rolled-back.ts'
import { warmReaders } from '../../faults/warm-readers.ts'
import { testGround } from './test-ground.ts'

/** The quick half. How soon all is well again, `npm run faults` judges. */
const isTimed = false

it('shows nothing else than Postgres, or says so, when Redis comes back with an old snapshot', async () => {
  await using stack = await faultyStack(await testGround())
  stack.reach([await stack.startOrigin()])
  const warm = await warmReaders(stack, { authors: 3, readers: 6 })
  for (const author of warm.authors) await warm.post(author, 'there from the beginning')
  const row = await rolledBack(stack, warm, { perSecond: 10, forMs: 3_000, isTimed })
  show(row)
  expect(row.problems, JSON.stringify(row.found)).toEqual([])
}, 120_000)

it('shows nothing else than Postgres, or says so, when a primary dies', async (context) => {
  const ground = await testGround()
  let row: Row
  try {
    row = await failover(ground, { times: 1, perSecond: 10, isTimed })
  } catch (error) {
    if (!String(error).includes('cluster')) throw error
    return context.skip(`no Redis Cluster: ${String(error)}`)
  }
  show(row)
  expect(row.problems, JSON.stringify(row.found)).toEqual([])
}, 120_000)

function show(row: Row): void {
  if (process.env['FAULTS_SHOW'] !== undefined) console.log(JSON.stringify(row))
}
