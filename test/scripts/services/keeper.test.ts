import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import path from 'node:path'
import { expect, describe, inject, it } from 'vitest'
import { answersOk } from '../../../scripts/local/http-probe.ts'
import { freePort, isFree } from '../../../scripts/local/ports.ts'
import { serviceKeeper } from '../../../scripts/services/keeper.ts'
import { freeBlock } from '../../../scripts/services/port-block.ts'
import type { Service } from '../../../scripts/services/service.ts'
import { until } from '../../support/until.ts'

const SERVER = `require('node:http').createServer((_, res) => res.end('ok')).listen(process.argv[1], '127.0.0.1')`
const quiet = () => undefined

describe('the keeper of services', () => {
  it('starts a service once, and says where it is', async () => {
    await using home = await aHome()
    const [first, second] = await Promise.all([
      home.up(),
      serviceKeeper(home.folder).up(home.service, quiet),
    ])
    const state = await home.keeper.state(home.service)

    expect(second).toEqual(first)
    expect(state).toMatchObject({ is: 'up', env: first })
    expect(home.starts()).toBe(1)
  })

  it('ends what it started, also for another command', async () => {
    await using home = await aHome()
    const { URL = '' } = await home.up()

    expect(await serviceKeeper(home.folder).down(home.service)).toBe(true)
    expect(await answersOk(URL)).toBe(false)
    expect(await home.keeper.state(home.service)).toEqual({ is: 'down' })
    expect(await home.keeper.down(home.service)).toBe(false)
  })

  it('tells one that does not answer from one that is up, and starts it anew', async () => {
    await using home = await aHome()
    await home.up()
    const state = await home.keeper.state(home.service)
    const pid = state.is === 'up' ? (state.processes[0]?.pid ?? 0) : 0
    process.kill(pid, 'SIGSTOP')
    expect((await home.keeper.state(home.service)).is).toBe('broken')
    process.kill(pid, 'SIGKILL')
    await until(async () => (await home.keeper.state(home.service)).is === 'down')
    await home.up()

    expect((await home.keeper.state(home.service)).is).toBe('up')
  })

  it('leaves nothing behind of one that could not be started', async () => {
    await using home = await aHome({ fails: true })

    await expect(home.up()).rejects.toThrow('no luck')
    expect(await home.keeper.state(home.service)).toEqual({ is: 'down' })
    expect(await readdir(path.join(home.folder, 'services', 'web', 'children'))).toEqual([])
  })

  it('names what is missing before it starts anything', async () => {
    await using home = await aHome({ missing: ['There is no java on PATH.'] })

    await expect(home.up()).rejects.toThrow('There is no java on PATH.')
    expect(home.starts()).toBe(0)
  })
})

describe('a block of ports', () => {
  it('moves past what is taken', async () => {
    const base = await freeBlock(20_000, [0, 1])
    const taken = createServer().listen(base + 1, '127.0.0.1')
    await until(() => taken.listening)
    const next = await freeBlock(base, [0, 1])
    await new Promise((resolve) => taken.close(resolve))

    expect(next).toBeGreaterThan(base)
    expect(await isFree(next, '127.0.0.1')).toBe(true)
  })
})

async function aHome({
  fails = false,
  missing = [],
}: { fails?: boolean; missing?: string[] } = {}) {
  const folder = await mkdtemp(path.join(inject('runFolder'), 'services-'))
  const port = await freePort()
  let starts = 0
  const service: Service = {
    name: 'web',
    what: 'a server',
    missing: () => missing,
    async start({ logsDir, dataDir, spawnChild }) {
      starts += 1
      await mkdir(dataDir, { recursive: true })
      const child = spawnChild({
        name: 'web',
        command: process.execPath,
        args: ['-e', SERVER, String(port)],
        env: {},
        logFile: path.join(logsDir, 'web.log'),
      })
      const url = `http://127.0.0.1:${port}`
      await child.ready(() => answersOk(url), 10_000)
      if (fails) throw new Error('no luck')
      return { URL: url }
    },
    answers: ({ URL = '' }) => answersOk(URL),
  }
  const keeper = serviceKeeper(folder)
  return {
    folder,
    service,
    keeper,
    up: () => keeper.up(service, quiet),
    starts: () => starts,
    async [Symbol.asyncDispose]() {
      await keeper.down(service)
      await rm(folder, { recursive: true, force: true })
    },
  }
}
