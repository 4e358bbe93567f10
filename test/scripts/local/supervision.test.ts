import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { startChild } from '../../../scripts/local/children.ts'
import { endLeftovers, remember } from '../../../scripts/local/leftovers.ts'
import { identify, isRunning } from '../../../scripts/local/process-identity.ts'
import { supervise } from '../../../scripts/local/supervision.ts'
import { until } from '../../support/until.ts'

const SLEEPS = 'setInterval(() => {}, 1000)'

describe('supervision', () => {
  it('stops what it started, the newest first, and forgets it', async () => {
    await using home = await folder()
    const supervision = await supervise(home.records)
    const first = supervision.spawnChild(home.node('first', SLEEPS))
    const second = supervision.spawnChild(home.node('second', SLEEPS))
    const ends: string[] = []
    const told = [
      first.ended.then(() => ends.push('first')),
      second.ended.then(() => ends.push('second')),
    ]
    await supervision.stop()
    await Promise.all(told)

    expect(ends).toEqual(['second', 'first'])
    expect(await readdir(home.records)).toEqual([])
  })

  it('ends everything when one part crashes, with its last words', async () => {
    await using home = await folder()
    const supervision = await supervise(home.records)
    supervision.spawnChild(home.node('sound', SLEEPS))
    supervision.spawnChild(home.node('frail', `console.error('out of luck'); process.exit(3)`))
    const end = await supervision.ended
    await supervision.stop()

    expect(end.isAsked).toBe(false)
    expect(end.reason).toContain('frail ended by itself (exit code 3)')
    expect(end.reason).toContain('out of luck')
    expect(() => supervision.spawnChild(home.node('late', SLEEPS))).toThrow(/ended by itself/)
  })

  it('takes no task that is done for a crash', async () => {
    await using home = await folder()
    const supervision = await supervise(home.records)
    const task = supervision.spawnChild({ ...home.node('task', ''), isTask: true })

    expect(await task.ended).toBe('exit code 0')
    expect(supervision.signal.aborted).toBe(false)
    await supervision.stop()
  })

  it('ends the whole group of a child that ignores the request', async () => {
    await using home = await folder()
    const child = startChild({
      ...home.node(
        'stubborn',
        `process.on('SIGTERM', () => {})
         const { pid } = require('node:child_process').spawn(process.execPath, ['-e', '${SLEEPS}'])
         console.log('grandchild ' + pid)
         ${SLEEPS}`,
      ),
      stopGraceMs: 100,
    })
    const log = () => spawnSync('cat', [home.logFile], { encoding: 'utf8' }).stdout
    const pid = await until(() => /grandchild (\d+)/.exec(log())?.[1])
    await child.stop()

    expect(identify(child.pid)).toBeUndefined()
    await until(() => identify(Number(pid)) === undefined)
  })
})

describe('the next start', () => {
  it('ends what a killed start left behind', async () => {
    await using home = await folder()
    const child = startChild(home.node('orphan', SLEEPS))
    remember(home.records, child)

    expect(await endLeftovers(home.records)).toEqual(['orphan'])
    expect(isRunning(child)).toBe(false)
    expect(await readdir(home.records)).toEqual([])
  })

  it('leaves a process alone that only got the number of one of ours', async () => {
    await using home = await folder()
    const stranger = startChild(home.node('stranger', SLEEPS))
    remember(home.records, { name: 'ours', pid: stranger.pid, startedAt: '1' })

    expect(await endLeftovers(home.records)).toEqual([])
    expect(isRunning(stranger)).toBe(true)
    await stranger.stop()
  })
})

async function folder() {
  const root = await mkdtemp(path.join(tmpdir(), 'headwater-supervision-'))
  const logFile = path.join(root, 'child.log')
  return {
    records: path.join(root, 'children'),
    logFile,
    node: (name: string, script: string) => ({
      name,
      command: process.execPath,
      args: ['-e', script],
      env: process.env,
      logFile,
    }),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}
