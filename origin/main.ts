import { compose } from './compose.ts'
import { readConfig } from './config.ts'
import { serve } from './http/serve.ts'

const config = readConfig(process.env)
const { host, port, adminPort } = config.http
const asked = Promise.withResolvers<void>()
for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => asked.resolve())

// Ends in the other order: first nobody can ask, then nothing is followed, then the stores close.
await using stack = new AsyncDisposableStack()
const origin = stack.use(await compose(config))
const following = new AbortController()
const running = origin.run(following.signal)
stack.defer(async () => {
  following.abort()
  await running
})
stack.use(await serve(origin.admin.fetch, { host, port: adminPort }))
stack.use(await serve(origin.http.fetch, { host, port }))
await Promise.race([asked.promise, running])
