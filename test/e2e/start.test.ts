import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { isRunning, type ProcessIdentity } from '../../scripts/local/process-identity.ts'
import { readRunFile, type RunFile } from '../../scripts/local/run-file.ts'
import { until } from '../support/until.ts'

const ROOT = path.resolve(import.meta.dirname, '..', '..')
const START_DEADLINE_MS = 180_000

let home = ''

beforeAll(async () => {
  home = await mkdtemp(path.join(inject('runFolder'), 'home-'))
  // Fetched once for the run, and not once more for this home.
  const kafkaLib = inject('kafkaLib')
  if (kafkaLib) await symlink(path.dirname(kafkaLib), path.join(home, 'tools'))
})

afterAll(async () => {
  await command('stop')
  await rm(home, { recursive: true, force: true })
})

describe('npm start', { timeout: START_DEADLINE_MS }, () => {
  it('runs everything, and names the adapters first', async () => {
    const { code, output } = await command('start', '--detach')

    expect(output).toMatch(/^Adapters: embedded Postgres 18, private Redis/)
    expect(output.split('\n')[0]).toContain(
      isOnKafka() ? 'event log in a private Kafka' : 'event log in Postgres',
    )
    expect(code).toBe(0)
    const link = /http:\S+#token=(\S+)/.exec(output)
    const feed = await read('/v1/feed?limit=5', link?.[1])
    expect(feed).toMatchObject({ completeness: 'complete' })
    expect((feed as { items: unknown[] }).items).toHaveLength(5)
    expect((await command('status')).code).toBe(0)
  })

  it('refuses to run twice from one home', async () => {
    const { code, output } = await command('start', '--detach')

    expect(code).toBe(1)
    expect(output).toContain('already runs')
  })

  it('leaves no process and no lock when it is asked to end', async () => {
    const run = running()
    process.kill(run.supervisor.pid, 'SIGTERM')
    await allEnd(run)

    expect(existsSync(path.join(home, 'run.json'))).toBe(false)
    expect((await command('status')).code).toBe(1)
  })

  it('finds everything as it was, also after its supervisor was killed', async () => {
    const first = await startAgain()
    process.kill(first.supervisor.pid, 'SIGKILL')
    await until(() => !isRunning(first.supervisor))
    const second = await startAgain()

    // What the first had started was ended before, not left beside the second.
    expect(first.parts.filter(isRunning)).toEqual([])
    expect(second.parts.filter((part) => !isRunning(part))).toEqual([])
    expect(second.urls.edge).toBe(first.urls.edge)
  })

  it('ends everything when one part crashes', async () => {
    const run = running()
    const origin = run.parts.find(({ name }) => name === 'origin')
    process.kill(origin?.pid ?? -1, 'SIGKILL')
    await allEnd(run)

    expect(existsSync(path.join(home, 'run.json'))).toBe(false)
  })
})

const isOnKafka = () => inject('wholeOn') === 'kafka' && inject('kafkaLib') !== ''

/** Nothing of the machine's own settings may leak in: a port that was asked for, a given store. */
function command(name: string, ...args: readonly string[]) {
  const { PATH, HOME } = process.env
  const child = spawn('node', [path.join(ROOT, 'scripts', `${name}.ts`), ...args], {
    cwd: ROOT,
    env: { PATH, HOME, HEADWATER_HOME: home, ...(isOnKafka() ? { LOG: 'kafka' } : {}) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  return new Promise<{ code: number | null; output: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, output }))
  })
}

async function startAgain(): Promise<RunFile> {
  const { code, output } = await command('start', '--detach')
  expect(code, output).toBe(0)
  return running()
}

function running(): RunFile {
  const run = readRunFile(home)
  if (run === undefined) throw new Error('nothing runs')
  return run
}

async function allEnd({ supervisor, parts }: RunFile): Promise<void> {
  const all: readonly ProcessIdentity[] = [supervisor, ...parts]
  await until(() => !all.some(isRunning), 60_000, 'the end of every process')
}

async function read(place: string, token: string | undefined): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}` }
  return (await fetch(`${running().urls.edge}${place}`, { headers })).json()
}
