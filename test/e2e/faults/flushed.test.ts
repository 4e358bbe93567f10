import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultyStack, type FaultyStack } from '../../faults/faulty-stack.ts'
import { flushed, LOSSES } from '../../faults/runs/flushed.ts'
import { stampede } from '../../faults/runs/stampede.ts'
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

/** Without a bound on time: on a machine that does other things too, only the long half judges it. */
it('has whole feeds again when everybody comes at once after FLUSHALL', async () => {
  await using stack = await faultyStack(await testGround())
  const origin = await stack.startOrigin()
  stack.reach([origin])
  const originUrl = `http://127.0.0.1:${origin.port}`
  const warm = await warmReaders(stack, { authors: 2, readers: 80 })
  for (const author of warm.authors) await warm.post(author, 'there from the beginning')
  const row = await stampede(stack, warm, { originUrl, isTimed: false })
  if (process.env['FAULTS_SHOW'] !== undefined) console.log(JSON.stringify(row))
  expect(row.problems, JSON.stringify(row.found)).toEqual([])
}, 120_000)
