import { describe, expect, it } from 'vitest'
import { CRASH_POINTS, onLog } from '../../faults/points.ts'
import { kills } from '../../faults/runs/kills.ts'
import { needs } from '../../support/kafka.ts'
import { testGround } from '../faults/test-ground.ts'

needs('kafka')

const show = (words: string) => {
  if (process.env['FAULTS_SHOW'] !== undefined) console.log(words)
}
/** Those that differ on Kafka, once each; `npm run faults` kills hundreds, at all of them. */
const AT = ['read, not published', 'published, not marked', 'job pushed, not done']

describe('a process that is killed while people write, on three brokers', () => {
  it('loses nothing and does nothing twice, at whatever point it is held', async () => {
    const at = onLog(CRASH_POINTS, 'kafka').flatMap(({ name }) => (AT.includes(name) ? [name] : []))
    expect(at).toHaveLength(AT.length)
    const run = { run: 'kills on kafka', at, log: 'kafka', report: show } as const
    const row = await kills(await testGround(), run)
    show(JSON.stringify(row))
    expect(row.problems, JSON.stringify(row.found)).toEqual([])
  }, 240_000)
})
