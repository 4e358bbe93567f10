import { setTimeout as delay } from 'node:timers/promises'
import { compose } from '../compose.ts'
import type { Config } from '../config.ts'
import { serve } from '../http/serve.ts'
import { DRAIN_MS } from '../../shared/limits.ts'
import { expositionOfAll } from './all-metrics.ts'
import type { Channel, FromProcess, FromSupervisor } from './messages.ts'

/** How often a process looks whether it is ready, to tell its supervisor. */
const READY_EVERY_MS = 20

/** One process, from its start to its end. Without a supervisor it is the whole origin. */
export async function runProcess(
  config: Config,
  supervisor: Channel<FromProcess, FromSupervisor> | undefined,
): Promise<void> {
  const { host, port, adminPort } = config.http
  const asked = Promise.withResolvers<'end' | 'retire'>()
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => asked.resolve('end'))
  supervisor?.onMessage(({ type }) => {
    if (type === 'retire') asked.resolve('retire')
  })
  let isEnding = false

  // Ends in the other order: first nobody can ask, then nothing is followed, then the stores close.
  await using stack = new AsyncDisposableStack()
  const origin = stack.use(
    await compose(config, {
      notReady: () => (isEnding ? ['it is ending'] : []),
      expositionOf: (metrics) => expositionOfAll(metrics, supervisor),
    }),
  )
  const following = new AbortController()
  const running = origin.run(following.signal)
  stack.defer(async () => {
    following.abort()
    await running
  })
  const graceMs = config.shutdownGraceMs
  const listening = [stack.use(await serve(origin.admin.fetch, { host, port: adminPort, graceMs }))]
  if (config.roles.has('http')) {
    const options = { host, port, graceMs, shed: origin.shed }
    listening.push(stack.use(await serve(origin.http.fetch, options)))
  }
  if (supervisor !== undefined) void sayWhenReady(supervisor, origin.notReady, following.signal)

  const reason = await Promise.race([asked.promise, running.then(() => 'end' as const)])
  isEnding = true
  const draining =
    reason === 'retire'
      ? { forMs: DRAIN_MS, isAccepting: false }
      : { forMs: config.shutdownNoticeMs, isAccepting: true }
  await Promise.all(listening.map((each) => each.drain(draining)))
}

async function sayWhenReady(
  { send }: Channel<FromProcess, FromSupervisor>,
  notReady: () => readonly string[],
  signal: AbortSignal,
): Promise<void> {
  while (notReady().length > 0) {
    if (signal.aborted) return
    await delay(READY_EVERY_MS)
  }
  send({ type: 'ready' })
}
