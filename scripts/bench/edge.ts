import path from 'node:path'
import { HEADERS } from '../../shared/headers.ts'
import { bundleEdge } from '../local/edge.ts'
import { answersOk } from '../local/http-probe.ts'
import { freePort } from '../local/ports.ts'
import { startL2Gateway } from '../local/services.ts'
import type { EdgeBench } from './edge-process.ts'
import { cpuUsOfChildren } from './cpu.ts'
import { cpuFigures } from './edge-cpu.ts'
import { atLeast, median, notJudged, type Figure } from './figure.ts'
import { interleaved, ratioFigure } from './interleave.ts'
import { recorder } from './l2-recorder.ts'
import { fillCrowd, type Crowd } from '../../test/support/crowd.ts'
import { staticAnswer, type StaticAnswer } from './static-answer.ts'
import { HOME, warmPages } from './warm-pages.ts'
import { getRequest } from './wire.ts'
import { HOST, JWT, type BenchOrigin, type BenchWorld } from './world.ts'

const ROUNDS = 3
const ROUND_MS = 1_500
const CONNECTIONS = 8
/** Code that has run some hundred times is not compiled yet; a deployment's is. */
const WARM_MS = 3_000
/** Readers whose records and pages stay in L1 while they are measured. */
const READERS = 40
/** What the bare Workers answer as long as nobody asks them. */
const NOTHING: StaticAnswer = { headers: {}, body: '' }
const L2_TOKEN = 'a-token-for-benchmarks-only'
const READY_MS = 60_000

/** The Worker that is deployed, and bare ones beside it in the same workerd. */
export async function edge(world: BenchWorld): Promise<readonly Figure[]> {
  const [databaseUrl, redis] = [await world.database(), await world.redis()]
  const crowd = await fillCrowd(databaseUrl, JWT)
  const origin = await world.origin({ databaseUrl, redisUrl: redis.url })
  await warmPages(origin.url, crowd.bearers)
  const { logsDir, spawnChild } = world
  const gateway = await startL2Gateway({
    logsDir,
    spawnChild,
    host: HOST,
    token: L2_TOKEN,
    redisUrl: redis.url,
    port: await freePort(),
  })
  const { script } = await bundleEdge(path.join(world.folder, 'edge'), { logsDir, spawnChild })
  const bearers = crowd.bearers.slice(0, READERS)
  const page = await (await as(bearers[0], origin.url + HOME)).text()
  const id = (JSON.parse(page) as { items: { post: { id: string } }[] }).items[0]?.post.id ?? ''

  await using recording = await recorder(gateway.url)
  const nothing = { script, post: NOTHING, page: NOTHING, calls: [] }
  const first = await startEdges(world, origin, recording.url, nothing)
  const calls = await recordedCalls(first.product, bearers, recording)
  const same = {
    post: await staticAnswer(`http://${HOST}:${first.product}/v1/posts/${id}`),
    page: await staticAnswer(`http://${HOST}:${first.product}${HOME}`, bearers[0]),
  }
  await first.stop()
  const edges = await startEdges(world, origin, gateway.url, { script, ...same, calls })

  const compare = async (
    bare: number,
    ours: number,
    bareRequests: readonly string[],
    requests: readonly string[],
  ) => {
    const order = { protocol: 'http', connections: CONNECTIONS, durationMs: ROUND_MS } as const
    await world.load.run({ ...order, port: ours, requests, durationMs: WARM_MS })
    const cpu = { ours: [] as number[], bare: [] as number[] }
    const rate = async (side: 'ours' | 'bare', port: number, sent: readonly string[]) => {
      const before = cpuUsOfChildren(edges.pid)
      const { perSecond, answers } = await world.load.run({ ...order, port, requests: sent })
      const after = cpuUsOfChildren(edges.pid)
      if (before !== undefined && after !== undefined) cpu[side].push((after - before) / answers)
      return perSecond
    }
    const rates = await interleaved({
      rounds: ROUNDS,
      bare: () => rate('bare', bare, bareRequests),
      ours: () => rate('ours', ours, requests),
    })
    return { ...rates, cpu }
  }
  const anyone = [getRequest(`/v1/posts/${id}`)]
  const signedIn = requestsTo(`/v1/posts/${id}`, bearers)
  const home = requestsTo(HOME, bearers)
  const l1 = await compare(edges.bare, edges.product, anyone, anyone)
  const l1Layers = await layersOf(edges.product, `/v1/posts/${id}`, [undefined])
  const l1Same = await compare(edges.same, edges.product, anyone, anyone)
  const verified = await compare(edges.bare, edges.product, anyone, signedIn)
  const verifiedLayers = await layersOf(edges.product, `/v1/posts/${id}`, bearers)
  const l2 = await compare(edges.bareAfterL2, edges.product, home, home)
  const l2Layers = await layersOf(edges.product, HOME, bearers)
  await edges.stop()

  const sides = ({ ours, bare }: typeof l1, layers: string) =>
    `${Math.round(median(ours))} against ${Math.round(median(bare))} a second, served by ${layers}`
  return [
    ...cpuFigures({ 'edge-l1': l1.cpu, 'edge-l1-verified': verified.cpu, 'edge-l2-home': l2.cpu }),
    ratioFigure(
      {
        name: 'edge-l1',
        claim:
          'a post from isolate memory under a lease, against a static Worker of the same bytes',
        bound: atLeast(0.8),
        sides: sides(l1, l1Layers),
      },
      l1,
    ),
    ratioFigure(
      {
        name: 'edge-l1-same-headers',
        claim: 'the same against a static Worker that sends our headers too, made once',
        bound: notJudged,
        sides: sides(l1Same, l1Layers),
      },
      l1Same,
    ),
    ratioFigure(
      {
        name: 'edge-l1-verified',
        claim: 'the first of these for a signed-in reader',
        bound: atLeast(0.7),
        sides: sides(verified, verifiedLayers),
      },
      verified,
    ),
    ratioFigure(
      {
        name: 'edge-l2-home',
        claim: `home page from L2, against a Worker that makes the same ${calls.flat().length / calls.length} calls a page`,
        bound: atLeast(0.4),
        sides: sides(l2, l2Layers),
      },
      l2,
    ),
  ]
}

async function startEdges(
  world: BenchWorld,
  origin: BenchOrigin,
  l2Url: string,
  given: Pick<EdgeBench, 'script' | 'post' | 'page' | 'calls'>,
) {
  const [product, bare, same, bareAfterL2] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ]
  const bench: EdgeBench = {
    ...given,
    ports: { product, bare, same, bareAfterL2 },
    bindings: {
      ORIGIN_URL: origin.url,
      L2_REGIONS: JSON.stringify([{ name: 'local', url: l2Url, latitude: 0, longitude: 0 }]),
      L2_TOKEN,
      JWT_SECRET: JWT.secret,
      JWT_ISSUER: JWT.issuer,
      JWT_AUDIENCE: JWT.audience,
    },
  }
  const child = world.spawnChild({
    name: 'edges',
    command: process.execPath,
    args: [path.join(import.meta.dirname, 'edge-process.ts')],
    env: {
      ...process.env,
      ...bench.bindings,
      CLOUDFLARE_CF_FETCH_ENABLED: 'false',
      WRANGLER_SEND_METRICS: 'false',
      EDGE_BENCH: JSON.stringify(bench),
    },
    logFile: path.join(world.logsDir, 'edges.log'),
  })
  await child.ready(() => answersOk(`http://${HOST}:${product}/healthz`), READY_MS)
  return { product, bare, same, bareAfterL2, pid: child.pid, stop: () => child.stop() }
}

/** Of each reader's second page, when L1 holds what it will hold, the bodies that L2 was sent. */
async function recordedCalls(
  port: number,
  bearers: Crowd['bearers'],
  recording: { take(): readonly string[] },
): Promise<readonly (readonly string[])[]> {
  const url = `http://${HOST}:${port}${HOME}`
  for (const bearer of [...bearers, ...bearers]) await (await as(bearer, url)).text()
  const calls: (readonly string[])[] = []
  for (const bearer of bearers) {
    recording.take()
    await (await as(bearer, url)).text()
    calls.push(recording.take())
  }
  return calls
}

const requestsTo = (target: string, bearers: readonly string[]): readonly string[] =>
  bearers.map((bearer) => getRequest(target, { authorization: `Bearer ${bearer}` }))

const as = (bearer: string | undefined, url: string): Promise<Response> =>
  fetch(url, bearer === undefined ? {} : { headers: { authorization: `Bearer ${bearer}` } })

/** Where answers came from, right after they were measured: a figure of another layer would be another figure. */
async function layersOf(
  port: number,
  target: string,
  bearers: readonly (string | undefined)[],
): Promise<string> {
  const layers = new Map<string, number>()
  // What L1 stands on ran out while the other side was measured.
  await (await as(bearers[0], `http://${HOST}:${port}${target}`)).text()
  for (const bearer of bearers) {
    const response = await as(bearer, `http://${HOST}:${port}${target}`)
    await response.text()
    const layer = response.headers.get(HEADERS.servedBy) ?? 'nobody'
    layers.set(layer, (layers.get(layer) ?? 0) + 1)
  }
  return [...layers].map(([layer, count]) => `${layer} ${count}`).join(', ')
}
