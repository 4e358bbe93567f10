import { describe, expect, it, onTestFinished } from 'vitest'
import { fleet, type Member } from '../../../origin/processes/fleet.ts'
import { until } from '../../support/until.ts'

/** A process that does what a test says, and writes down what happens to it. */
function fakeProcess(number: number, told: string[]) {
  const ready = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<string>()
  ready.promise.catch(() => undefined)
  const asked = (what: string) => async () => {
    told.push(`${what} ${number}`)
    ended.resolve(what)
    await ended.promise
  }
  const member: Member = {
    pid: number,
    ready: ready.promise,
    ended: ended.promise,
    retire: asked('retire'),
    end: asked('end'),
  }
  return { member, becomeReady: ready.resolve, fail: ready.reject, die: ended.resolve }
}

function aFleet(size: number) {
  const told: string[] = []
  const started: ReturnType<typeof fakeProcess>[] = []
  const ending = new AbortController()
  const crew = fleet({
    size,
    start() {
      const made = fakeProcess(started.length, told)
      started.push(made)
      told.push(`start ${started.length - 1}`)
      return made.member
    },
    pause: async () => undefined,
    random: () => 0,
    onLost: ({ pid }, words) => told.push(`lost ${pid}: ${words}`),
  })
  const running = crew.run(ending.signal)
  onTestFinished(async () => {
    ending.abort()
    await running.catch(() => undefined)
  })
  const at = (number: number) => {
    const found = started[number]
    if (found === undefined) throw new Error(`no process ${number} was started`)
    return found
  }
  return { crew, running, ending, told, started, at }
}

async function aReadyFleet(size: number) {
  const made = aFleet(size)
  for (const { becomeReady } of made.started) becomeReady()
  await until(() => made.started.length === size)
  made.told.length = 0
  return made
}

describe('a fleet of processes', () => {
  it('replaces one that ends by itself, and no other', async () => {
    const { at, told } = await aReadyFleet(2)
    at(1).die('SIGKILL')
    await until(() => told.length === 2)
    expect(told).toEqual(['lost 1: SIGKILL', 'start 2'])
  })

  it('restarts one after another, each when its successor is ready', async () => {
    const { crew, at, told, started } = await aReadyFleet(2)
    const restarted = crew.restart()
    await until(() => started.length === 3)
    expect(told).toEqual(['start 2'])
    at(2).becomeReady()
    await until(() => started.length === 4)
    at(3).becomeReady()
    await restarted
    expect(told).toEqual(['start 2', 'retire 0', 'start 3', 'retire 1'])
  })

  it('keeps the old ones when a new one does not become ready', async () => {
    const { crew, at, told, started } = await aReadyFleet(2)
    const restarted = crew.restart()
    await until(() => started.length === 3)
    at(2).fail(new Error('a syntax error'))
    await expect(restarted).rejects.toThrow('a syntax error')
    expect(told).toEqual(['start 2', 'end 2'])
  })

  it('retires whoever has replaced a process that died during its restart', async () => {
    const { crew, at, told, started } = await aReadyFleet(1)
    const restarted = crew.restart()
    await until(() => started.length === 2)
    at(0).die('SIGKILL')
    await until(() => started.length === 3)
    at(1).becomeReady()
    await restarted
    expect(told).toEqual(['start 1', 'lost 0: SIGKILL', 'start 2', 'retire 2'])
  })

  it('ends, with all that were started, when a first one does not become ready', async () => {
    const { running, at, told } = aFleet(2)
    at(0).becomeReady()
    at(1).fail(new Error('the port is taken'))
    await expect(running).rejects.toThrow('the port is taken')
    expect(told).toEqual(['start 0', 'start 1', 'end 0', 'end 1'])
  })

  it('ends all of them when it is asked to', async () => {
    const { running, ending, told } = await aReadyFleet(2)
    ending.abort()
    await running
    expect(told).toEqual(['end 0', 'end 1'])
  })
})
