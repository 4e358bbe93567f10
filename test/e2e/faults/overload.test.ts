import path from 'node:path'
import { expect, it } from 'vitest'
import { crashParent } from '../../faults/crash-parent.ts'
import { faultyStack } from '../../faults/faulty-stack.ts'
import { JWT } from '../../faults/people.ts'
import { overload } from '../../faults/runs/overload.ts'
import { fillCrowd } from '../../support/crowd.ts'
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
    find: 'REQUESTS_IN_FLIGHT_MIN = 32',
    replace: 'REQUESTS_IN_FLIGHT_MIN = 4',
  },
  {
    file: 'shared/limits.ts',
    find: 'REQUESTS_IN_BURST_MIN = 128',
    replace: 'REQUESTS_IN_BURST_MIN = 4',
  },
]

const READERS = 8

/** The quick half; `npm run faults` goes on for a minute, and judges how much is answered and how fast. */
it('sheds what it cannot answer, and says when to come back', async () => {
  await using stack = await faultyStack(await testGround())
  const { spawn } = await crashParent(path.join(stack.logsDir, 'few'), FEW)
  const origin = await stack.startOrigin(spawn)
  const { bearers } = await fillCrowd(stack.databaseUrl, JWT)
  const how = { origin, bearers: bearers.slice(0, READERS), atOnce: 4, isTimed: false }
  const row = await overload({ ...how, calibrationMs: 1_500, overloadMs: 4_000 })
  if (process.env['FAULTS_SHOW'] !== undefined) console.log(JSON.stringify(row))
  expect(row.problems, JSON.stringify(row.found)).toEqual([])
}, 120_000)
