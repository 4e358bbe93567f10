import { cpuUsOf } from './cpu.ts'
import { atLeast, atMost, median, notJudged, type Figure } from './figure.ts'
import { interleaved, ratioFigure } from './interleave.ts'
import { fillCrowd } from '../../test/support/crowd.ts'
import { bodyAlone, staticAnswer } from './static-answer.ts'
import { startStaticServer } from './static-server.ts'
import { HOME, warmPages } from './warm-pages.ts'
import { getRequest } from './wire.ts'
import { JWT, type BenchWorld } from './world.ts'

const ROUNDS = 5
const ROUND_MS = 1_500
const WARM_MS = 5_000
const CONNECTIONS = 16

/** The home page, from lists and fragments that are warm, against `node:http` that answers the same bytes. */
export async function originRead(world: BenchWorld): Promise<readonly Figure[]> {
  const [databaseUrl, redis] = [await world.database(), await world.redis()]
  const { bearers } = await fillCrowd(databaseUrl, JWT)
  const origin = await world.origin({ databaseUrl, redisUrl: redis.url })
  const requests = bearers.map((bearer) => getRequest(HOME, { authorization: `Bearer ${bearer}` }))
  await warmPages(origin.url, bearers)
  const answer = bodyAlone(await staticAnswer(origin.url + HOME, bearers[0]))
  await using bare = await startStaticServer(answer)
  await using asking = await startStaticServer({ ...answer, redisUrl: redis.url })

  const full = { protocol: 'http', requests, connections: CONNECTIONS } as const
  const order = (port: number, durationMs = ROUND_MS) => ({ ...full, port, durationMs })
  // Code that has run some hundred times is not compiled yet; a deployment's is.
  await world.load.run(order(origin.port, WARM_MS))
  const cpu = { ours: [] as number[], bare: [] as number[] }
  const served = async (side: 'ours' | 'bare', { port, pid }: { port: number; pid: number }) => {
    const before = cpuUsOf(pid)
    const { perSecond, answers } = await world.load.run(order(port))
    const after = cpuUsOf(pid)
    if (before !== undefined && after !== undefined) cpu[side].push((after - before) / answers)
    return perSecond
  }
  const rate = await interleaved({
    rounds: ROUNDS,
    bare: () => served('bare', bare),
    ours: () => served('ours', origin),
  })

  const askingRate = await interleaved({
    rounds: ROUNDS,
    bare: async () => (await world.load.run(order(bare.port))).perSecond,
    ours: async () => (await world.load.run(order(asking.port))).perSecond,
  })

  const idle = { connections: 1, durationMs: ROUND_MS } as const
  const ping = { ...idle, protocol: 'ping', port: redis.port, requests: ['PING\r\n'] } as const
  const page = { ...idle, protocol: 'http', port: origin.port, requests } as const
  const p99 = { ours: [] as number[], bare: [] as number[] }
  const p50 = await interleaved({
    rounds: ROUNDS,
    async bare() {
      const { p50Us, p99Us } = await world.load.run(ping)
      p99.bare.push(p99Us)
      return p50Us
    },
    async ours() {
      const { p50Us, p99Us } = await world.load.run(page)
      p99.ours.push(p99Us)
      return p50Us
    },
  })
  const askingP50 = await interleaved({
    rounds: ROUNDS,
    bare: async () => (await world.load.run(ping)).p50Us,
    ours: async () => (await world.load.run({ ...page, port: asking.port })).p50Us,
  })
  const bareP99 = median(p99.bare)
  const us = (values: readonly number[]) => `${Math.round(median(values))} µs`
  return [
    ratioFigure(
      {
        name: 'origin-read',
        claim: 'home pages a second that Redis can answer, against static node:http, same bytes',
        bound: atLeast(0.4),
        sides: `${Math.round(median(rate.ours))} against ${Math.round(median(rate.bare))} a second`,
      },
      rate,
    ),
    ...(cpu.ours.length === 0
      ? []
      : [
          {
            name: 'origin-read-cpu',
            claim:
              'the same by CPU of the answering process: what a machine that is busy otherwise leaves alone',
            unit: '×',
            bound: notJudged,
            values: cpu.ours.slice(1).map((ours) => median(cpu.bare) / ours),
            sides: `${us(cpu.ours)} against ${us(cpu.bare)} an answer`,
          },
        ]),
    ratioFigure(
      {
        name: 'origin-read-p50',
        claim: 'idle p50 of a home page over HTTP, against a bare PING to Redis',
        bound: atMost(3),
        sides: `${us(p50.ours)} against ${us(p50.bare)}`,
      },
      p50,
    ),
    ratioFigure(
      {
        name: 'asking-redis',
        claim:
          'node:http that asks Redis for one key before the same answer, against one that does not',
        bound: notJudged,
        sides: `${Math.round(median(askingRate.ours))} against ${Math.round(median(askingRate.bare))} a second`,
      },
      askingRate,
    ),
    ratioFigure(
      {
        name: 'asking-redis-p50',
        claim: 'its idle p50, against a bare PING to Redis',
        bound: notJudged,
        sides: `${us(askingP50.ours)} against ${us(askingP50.bare)}`,
      },
      askingP50,
    ),
    {
      name: 'origin-read-p99',
      claim: 'idle p99 of a home page over HTTP, against a bare PING to Redis',
      unit: '×',
      bound: atMost(6),
      values: p99.ours.slice(1).map((ours) => ours / bareP99),
      sides: `${us(p99.ours)} against ${us(p99.bare)}`,
    },
  ]
}
