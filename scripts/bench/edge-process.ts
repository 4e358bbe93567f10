import path from 'node:path'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { unstable_getMiniflareWorkerOptions as optionsOf } from 'wrangler'
import { bareWorker } from './bare-worker.ts'
import { bodyAlone, type StaticAnswer } from './static-answer.ts'

type Calls = readonly (readonly string[])[]

/** What the benchmark hands to the process around workerd. */
export interface EdgeBench {
  readonly script: string
  readonly bindings: Readonly<Record<string, string>>
  readonly ports: Readonly<Record<'product' | 'bare' | 'same' | 'bareAfterL2', number>>
  /** What the product answers, and so do the bare Workers. */
  readonly post: StaticAnswer
  readonly page: StaticAnswer
  /** Of each page that was recorded, the bodies of its calls to L2, one after the other. */
  readonly calls: Calls
}

const HOST = '127.0.0.1'
const given = JSON.parse(process.env['EDGE_BENCH'] ?? 'null') as EdgeBench
const { script, bindings, ports, post, page, calls } = given

const configFile = path.resolve(import.meta.dirname, '..', '..', 'wrangler.toml')
// The bundle is one module already; rules for finding more are refused here. The rate limiter and the
// router before the assets are Cloudflare's own, and cost a Worker nothing there. Here their stand-ins are
// Workers that each request passes first: they would be measured instead, and on one side only.
const {
  modulesRules: _,
  ratelimits: __,
  assets: ___,
  ...workerOptions
} = optionsOf(configFile).workerOptions
const direct = (port: number) => ({ unsafeDirectSockets: [{ host: HOST, port }] })
const bare = (name: string, port: number, { headers, body }: StaticAnswer, asked: Calls) => ({
  name,
  modules: true,
  script: bareWorker,
  compatibilityDate: '2026-10-01',
  bindings: {
    ...bindings,
    HEADERS: JSON.stringify(headers),
    BODY: body,
    CALLS: JSON.stringify(asked),
  },
  ...direct(port),
})

const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    host: HOST,
    port: 0,
    log: new Log(LogLevel.WARN),
    cf: false,
    workers: [
      {
        ...workerOptions,
        name: 'product',
        modules: true,
        modulesRoot: path.dirname(script),
        scriptPath: script,
        bindings: { ...(workerOptions['bindings'] as object), ...bindings },
        ...direct(ports.product),
      },
      bare('bare', ports.bare, bodyAlone(post), []),
      bare('same', ports.same, post, []),
      bare('bare-after-l2', ports.bareAfterL2, bodyAlone(page), calls),
    ],
  }),
)
await miniflare.ready
console.log('workerd listens')

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void miniflare.dispose().then(() => process.exit(0))
  })
}
