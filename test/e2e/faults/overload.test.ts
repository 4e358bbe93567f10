import path from 'node:path'
import { expect, it } from 'vitest'
import { crashParent } from '../../faults/crash-parent.ts'
import { faultyStack } from '../../faults/faulty-stack.ts'
import { overload } from '../../faults/runs/overload.ts'
import { warmReaders } from '../../faults/warm-readers.ts'
import { testGround } from './test-ground.ts'

/** So few that this machine, however busy, can send more. */
const FEW = [
  {
    file: 'shared/limits.ts',
    find: 'REQUESTS_IN_FLIGHT_MAX = 512',
    replace: 'REQUESTS_IN_FLIGHT_MAX = 8',
  },
  {
    file: 'shared/limits.ts',
    find: 'REQUESTS_IN_FLIGHT_MIN = 128',
    replace: 'REQUESTS_IN_FLIGHT_MIN = 4',
  },
]

/** The quick half; `npm run faults` goes on for a minute, and judges how much is answered and how fast. */
it('sheds what it cannot answer, and says when to come back', async () => {
  await using stack = await faultyStack(await testGround())
  const { spawn } = await crashParent(path.join(stack.logsDir, 'few'), FEW)
  const origin = await stack.startOrigin(spawn)
  stack.reach([origin])
  const warm = await warmReaders(stack, { authors: 2, readers: 4 })
  for (const author of warm.authors) await warm.post(author, 'there from the beginning')
  const how = { origin, atOnce: 4, calibrationMs: 1_500, overloadMs: 4_000, isTimed: false }
  const row = await overload(warm, how)
  if (process.env['FAULTS_SHOW'] !== undefined) console.log(JSON.stringify(row))
  expect(row.problems, JSON.stringify(row.found)).toEqual([])
}, 120_000)
