import { compose } from './compose.ts'
import { readConfig } from './config.ts'
import { serve } from './http/serve.ts'

const config = readConfig(process.env)
const stopping = new AbortController()
for (const name of ['SIGTERM', 'SIGINT'] as const) {
  process.once(name, () => stopping.abort())
}

await using origin = await compose(config)
const { host, port, adminPort } = config.http
const running = origin.run(stopping.signal)
// Stopped in the other order: first nobody asks, then nothing is followed, then the stores close.
{
  await using _admin = await serve(origin.admin.fetch, { host, port: adminPort })
  await using _http = await serve(origin.http.fetch, { host, port })
  await Promise.race([
    running,
    new Promise((resolve) => {
      stopping.signal.addEventListener('abort', resolve)
    }),
  ])
}
stopping.abort()
await running
