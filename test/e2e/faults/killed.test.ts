import { describe, expect, it } from 'vitest'
import { PLANTED } from '../../faults/planted.ts'
import { CRASH_POINTS, onLog } from '../../faults/points.ts'
import { kills } from '../../faults/runs/kills.ts'
import { testGround } from './test-ground.ts'

const show = (words: string) => {
  if (process.env['FAULTS_SHOW'] !== undefined) console.log(words)
}

/** The quick half: each point once. `npm run faults` kills hundreds. */
describe('a process that is killed while people write', { timeout: 240_000 }, () => {
  it('loses nothing and does nothing twice, at whatever point it is held', async () => {
    const at = onLog(CRASH_POINTS).map(({ name }) => name)
    const row = await kills(await testGround(), { run: 'kills', at, report: show })
    show(JSON.stringify(row))
    expect(row.problems, JSON.stringify(row.found)).toEqual([])
  })

  it.each(onLog(PLANTED))('is seen to: $name', async (planted) => {
    const at = [...planted.points, ...planted.points]
    const row = await kills(await testGround(), { run: planted.name, at, planted, report: show })
    show(JSON.stringify(row))
    expect(row.problems.filter((problem) => !problem.startsWith('Error')).length).toBeGreaterThan(0)
  })
})
