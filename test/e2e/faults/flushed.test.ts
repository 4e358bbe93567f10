import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultyStack, type FaultyStack } from '../../faults/faulty-stack.ts'
import { flushed, LOSSES } from '../../faults/runs/flushed.ts'
import { warmReaders, type WarmReaders } from '../../faults/warm-readers.ts'
import { testGround } from './test-ground.ts'

describe('a feed under load', { timeout: 120_000 }, () => {
  const open = new AsyncDisposableStack()
  let stack: FaultyStack
  let warm: WarmReaders

  beforeAll(async () => {
    stack = open.use(await faultyStack(await testGround()))
    stack.reach([await stack.startOrigin()])
    warm = await warmReaders(stack, { authors: 2, readers: 4 })
    for (const author of warm.authors) await warm.post(author, 'there from the beginning')
    await warm.warm()
  }, 120_000)

  afterAll(() => open.disposeAsync())

  it.each(LOSSES)('stays right when Redis is %s', async (loss) => {
    const row = await flushed(stack, warm, { loss, reads: 60, perSecond: 12 })
    if (process.env['FAULTS_SHOW'] !== undefined) console.log(JSON.stringify(row))
    expect(row.problems, JSON.stringify(row.found)).toEqual([])
  })
})
