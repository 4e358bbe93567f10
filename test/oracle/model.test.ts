import path from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { spawnIn } from '../support/run.ts'
import { inChild } from './model/in-child.ts'
import { failureLines, onLanes } from './model/on-lanes.ts'
import { CAPS, completeShare, tallyLines } from './model/tally.ts'
import { BUGS } from './plant/bugs.ts'
import { makePlace, type Place } from './world/start-stores.ts'

const RUNS = 300
/** Minutes on two free cores; much longer on a machine that others use too. */
const DEADLINE_MS = 40 * 60_000
/** Of all pages, those of runs that take stores away included. */
const COMPLETE_SHARE_MIN = 0.95

function place(name: string): Promise<Place> {
  const folder = inject('runFolder')
  return makePlace(name, {
    postgresUrl: inject('postgresUrl'),
    redisBinary: inject('redisBinary'),
    folder: path.join(folder, 'oracle'),
    spawnChild: spawnIn(folder),
  })
}

describe('the whole, against the oracle', () => {
  it(
    'keeps its promises in any history of posts, people, faults and time',
    async () => {
      const seed = Number(process.env['ORACLE_SEED'] ?? Date.now() % 1_000_000_000)
      const places = await Promise.all([place('oracle_1'), place('oracle_2')])
      const result = await onLanes({ places, runs: RUNS, seed })
      console.log(
        [`oracle: ${result.runs} runs of seed ${seed}`, ...tallyLines(result.tally)].join('\n  '),
      )

      expect(result.failures.flatMap(failureLines).join('\n')).toBe('')
      expect(result.tally.faultless).toMatchObject({ partial: 0, degraded: 0 })
      expect(completeShare(result.tally)).toBeGreaterThanOrEqual(COMPLETE_SHARE_MIN)
      expect([...result.tally.met.keys()].toSorted()).toEqual([...CAPS].toSorted())
    },
    DEADLINE_MS,
  )

  it(
    'is not blind: without the floor of a trim, posts are missed',
    async () => {
      const bug = BUGS.find(({ name }) => name === 'the floor is not raised by a trim')
      const { failure } = await inChild({
        ...(await place('oracle_planted')),
        planted: bug?.replacements ?? [],
        seed: 1,
        runs: 100,
        shrinkMsMax: 0,
      })
      expect(failure?.words).toMatch(/missing|ended without/)
    },
    DEADLINE_MS,
  )

  it(
    'refuses to plant what is not there',
    async () => {
      const planted = [{ file: 'shared/keys.ts', find: 'no such text', replace: '' }]
      await expect(
        inChild({ databaseUrl: '', redisUrl: '', planted, seed: 1, runs: 1 }),
      ).rejects.toThrow('has this text 0 times')
    },
    DEADLINE_MS,
  )
})
