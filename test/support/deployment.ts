import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { inject } from 'vitest'
import { devToken } from '../../scripts/local/dev-token.ts'
import { bundleEdge, startEdge, type EdgeBundle } from '../../scripts/local/edge.ts'
import { freePort } from '../../scripts/local/ports.ts'
import { startL2Gateway, startOrigin, type Service } from '../../scripts/local/services.ts'
import { eventLogOf } from './event-log.ts'
import { spawnIn } from './run.ts'

const HOST = '127.0.0.1'
const L2_TOKEN = 'a-token-for-tests-only'
const JWT = {
  secret: 'a-secret-of-32-bytes-for-tests-only',
  issuer: 'headwater',
  audience: 'headwater',
}

export interface Person {
  readonly id: string
  readonly bearer: string
}

/** The product's own processes on stores that a test gives, part by part. All end with it. */
export interface Deployment extends AsyncDisposable {
  /** On the same ports each time, so that a killed one can come back. */
  origin(): Promise<Service & { readonly adminUrl: string }>
  gateway(redisUrl: string): Promise<Service>
  /** A workerd of its own, which reads the regions behind these gateways. */
  edge(options: {
    readonly gateways: readonly Service[]
    readonly bundle: EdgeBundle
  }): Promise<Service>
  /** New people, made through the admin API. */
  people(count: number): Promise<readonly Person[]>
  operator(): Promise<string>
  /** What a gateway asks of its clients. */
  readonly l2Headers: Readonly<Record<string, string>>
}

export async function deployment(stores: {
  readonly databaseUrl: string
  readonly redisUrl: string
  /** For the origin: see its options. */
  readonly processes?: Readonly<Record<string, string>>
  /** Variables that name another log than the run's. */
  readonly eventLog?: Readonly<Record<string, string>>
}): Promise<Deployment> {
  const { eventLog = await eventLogOf(stores.databaseUrl) } = stores
  const runFolder = inject('runFolder')
  const logsDir = path.join(runFolder, 'logs', crypto.randomUUID())
  await mkdir(logsDir, { recursive: true })
  const common = { logsDir, spawnChild: spawnIn(runFolder), host: HOST }
  const open = new AsyncDisposableStack()
  const keep = <T extends Service>(service: T): T =>
    open.adopt(service, ({ child }) => child.stop())
  const [port, adminPort] = [await freePort(), await freePort()]
  const [originUrl, adminUrl] = [`http://${HOST}:${port}`, `http://${HOST}:${adminPort}`]
  const operator = () => devToken({ ...JWT, subject: '1', scope: 'operator' })
  let parts = 0
  const named = (kind: string) => {
    parts += 1
    return `${kind}-${parts}`
  }

  return {
    origin: async () =>
      keep(
        await startOrigin({
          ...common,
          ...stores,
          eventLog,
          jwt: JWT,
          port,
          adminPort,
          name: named('origin'),
        }),
      ),
    gateway: async (redisUrl) =>
      keep(
        await startL2Gateway({
          ...common,
          redisUrl,
          port: await freePort(),
          token: L2_TOKEN,
          name: named('gateway'),
        }),
      ),
    async edge({ gateways, bundle }) {
      const regions = gateways.map(({ url }, at) => ({
        name: `region-${at}`,
        url,
        latitude: 0,
        longitude: at,
      }))
      return keep(
        await startEdge({
          ...common,
          bundle,
          port: await freePort(),
          name: named('edge'),
          bindings: {
            ORIGIN_URL: originUrl,
            L2_REGIONS: JSON.stringify(regions),
            L2_TOKEN,
            JWT_SECRET: JWT.secret,
            JWT_ISSUER: JWT.issuer,
            JWT_AUDIENCE: JWT.audience,
          },
        }),
      )
    },
    operator,
    l2Headers: { authorization: `Bearer ${L2_TOKEN}` },
    async people(count) {
      const users = Array.from({ length: count }, () => {
        const handle = `u${crypto.randomUUID().replaceAll('-', '').slice(0, 24)}`
        return { handle, name: handle }
      })
      const response = await fetch(`${adminUrl}/admin/v1/users`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await operator()}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(users),
      })
      if (!response.ok) throw new Error(`provisioning: ${await response.text()}`)
      const { users: made } = (await response.json()) as { users: { id: string }[] }
      return Promise.all(
        made.map(async ({ id }) => ({ id, bearer: await devToken({ ...JWT, subject: id }) })),
      )
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

const bundles = new Map<string, Promise<EdgeBundle>>()

/** Bundled once a test file, whatever it starts of it. */
export function edgeBundle(entry: string): Promise<EdgeBundle> {
  const runFolder = inject('runFolder')
  const known = bundles.get(entry)
  if (known !== undefined) return known
  const outDir = path.join(runFolder, `edge-${crypto.randomUUID()}`)
  const bundle = bundleEdge(outDir, { spawnChild: spawnIn(runFolder), logsDir: outDir, entry })
  bundles.set(entry, bundle)
  return bundle
}

export const PRODUCT_WORKER = 'edge/worker.ts'
export const RECOMPOSED_WORKER = 'test/edge/support/recomposed-worker.ts'
