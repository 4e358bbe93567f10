import path from 'node:path'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { unstable_getMiniflareWorkerOptions as optionsOf } from 'wrangler'
import { z } from 'zod'

/** The process around one workerd. It is given everything at once, by whoever supervises it. */
const Given = z.object({
  script: z.string(),
  host: z.string(),
  port: z.number().int(),
  bindings: z.record(z.string(), z.string()),
  cf: z.record(z.string(), z.string()).optional(),
})

const { script, host, port, bindings, cf } = Given.parse(
  JSON.parse(process.env['EDGE_PROCESS'] ?? 'null'),
)
const configFile = path.resolve(import.meta.dirname, '..', '..', 'wrangler.toml')
// The bundle is one module already; rules for finding more are refused here.
const { modulesRules: _, ...workerOptions } = optionsOf(configFile).workerOptions
const vars = workerOptions['bindings'] as Readonly<Record<string, string>> | undefined

const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    host,
    port,
    log: new Log(LogLevel.WARN),
    // The offline default, or the place that a test plays.
    cf: cf ?? false,
    workers: [
      {
        ...workerOptions,
        name: 'headwater-edge',
        modules: true,
        modulesRoot: path.dirname(script),
        scriptPath: script,
        bindings: { ...vars, ...bindings },
      },
    ],
  }),
)
await miniflare.ready
console.log(`workerd listens on ${host}:${port}`)

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void miniflare.dispose().then(() => process.exit(0))
  })
}
