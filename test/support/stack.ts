import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { inject } from 'vitest'
import type { Child } from '../../scripts/local/children.ts'
import { bundleEdge, type EdgeBundle } from '../../scripts/local/edge.ts'
import { freePort } from '../../scripts/local/ports.ts'
import { urlOf } from '../../scripts/local/http-probe.ts'
import {
  startL2Gateway,
  startLocalEdge,
  startOrigin,
  type Service,
} from '../../scripts/local/services.ts'
import { subjectOf } from '../../scripts/local/subject-of.ts'
import { devToken } from '../../scripts/local/dev-token.ts'
import { seedSample } from '../../scripts/sample/seed-sample.ts'
import { eventLogOf } from './event-log.ts'
import { filledTemplate, freshDatabase } from './postgres.ts'
import { freshRedis, type FreshRedis } from './redis.ts'
import { spawnIn } from './run.ts'

const HOST = '127.0.0.1'
const L2_TOKEN = 'a-token-for-tests-only'
const JWT = {
  secret: 'a-secret-of-32-bytes-for-tests-only',
  issuer: 'headwater',
  audience: 'headwater',
}

export interface TestStack {
  readonly edgeUrl: string
  readonly originUrl: string
  readonly adminUrl: string
  readonly l2Url: string
  readonly databaseUrl: string
  readonly redis: FreshRedis
  /** The handle of somebody with a full feed. */
  readonly sampleViewer: string
  tokenFor(handle: string): Promise<string>
  operatorToken(): Promise<string>
  /** The processes, to be stopped, killed and hung by tests of faults. */
  readonly processes: {
    readonly l2Gateway: Child
    readonly origin: Child
    readonly edge: Child
  }
  /** Another origin on the same stores and ports, after the first was ended. */
  restartOrigin(): Promise<Child>
  [Symbol.asyncDispose](): Promise<void>
}

/** Everything as `npm start` runs it, on stores of its own: `await using stack = await startStack()`. */
export async function startStack(): Promise<TestStack> {
  const runFolder = inject('runFolder')
  const logsDir = path.join(runFolder, 'logs', crypto.randomUUID())
  await mkdir(logsDir, { recursive: true })
  const spawnChild = spawnIn(runFolder)
  const started = new AsyncDisposableStack()
  const keep = <T extends Service>(service: T): T =>
    started.adopt(service, ({ child }) => child.stop())

  try {
    const [template, bundle] = await Promise.all([
      filledTemplate('headwater_sample', async (url) => void (await seedSample(url))),
      bundleOnce(runFolder, logsDir),
    ])
    const database = started.use(await freshDatabase(template))
    const redis = started.use(await freshRedis())
    // Finds everybody there, and only says who is worth looking at.
    const { viewerHandle } = await seedSample(database.url)
    const [port, adminPort, l2Port, edgePort] = [
      await freePort(),
      await freePort(),
      await freePort(),
      await freePort(),
    ]
    const common = { logsDir, spawnChild, host: HOST, jwt: JWT }
    const eventLog = await eventLogOf(database.url)
    const launchOrigin = async () =>
      keep(
        await startOrigin({
          ...common,
          port,
          adminPort,
          databaseUrl: database.url,
          redisUrl: redis.url,
          eventLog,
        }),
      )
    const l2 = keep(
      await startL2Gateway({ ...common, port: l2Port, redisUrl: redis.url, token: L2_TOKEN }),
    )
    const origin = await launchOrigin()
    const edge = keep(
      await startLocalEdge({
        ...common,
        bundle,
        port: edgePort,
        originUrl: urlOf(HOST, port),
        l2Url: l2.url,
        l2Token: L2_TOKEN,
      }),
    )
    return {
      edgeUrl: edge.url,
      originUrl: origin.url,
      adminUrl: origin.adminUrl,
      l2Url: l2.url,
      databaseUrl: database.url,
      redis,
      sampleViewer: viewerHandle,
      tokenFor: async (handle) =>
        devToken({ ...JWT, subject: await subjectOf(database.url, handle) }),
      operatorToken: () => devToken({ ...JWT, subject: '1', scope: 'operator' }),
      processes: { l2Gateway: l2.child, origin: origin.child, edge: edge.child },
      restartOrigin: async () => (await launchOrigin()).child,
      [Symbol.asyncDispose]: () => started.disposeAsync(),
    }
  } catch (error) {
    await started.disposeAsync()
    throw error
  }
}

const bundles = new Map<string, Promise<EdgeBundle>>()

/** Bundling takes two seconds, and a test file may start several stacks. */
function bundleOnce(runFolder: string, logsDir: string): Promise<EdgeBundle> {
  const outDir = path.join(runFolder, `edge-${process.pid}`)
  const bundle =
    bundles.get(outDir) ?? bundleEdge(outDir, { spawnChild: spawnIn(runFolder), logsDir })
  bundles.set(outDir, bundle)
  return bundle
}
