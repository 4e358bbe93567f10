import cluster from 'node:cluster'
import { setTimeout as delay } from 'node:timers/promises'
import { DRAIN_MS, PROCESS_END_MS } from '../../shared/limits.ts'
import type { Config } from '../config.ts'
import { jsonLog } from '../observe/log.ts'
import { gatherMetrics } from './all-metrics.ts'
import { fleet, type Member } from './fleet.ts'
import { memberOf } from './member.ts'
import type { Channel, FromProcess, FromSupervisor } from './messages.ts'

/**
 * The process that holds the ports and starts the others, which share them; it opens no store. SIGHUP
 * restarts them one after another, with the code as it is on disk then; SIGTERM and SIGINT end them.
 */
export async function supervise(size: number, config: Config): Promise<void> {
  const log = jsonLog(config.log.level)
  const ready = new Set<Channel<FromSupervisor, FromProcess>>()
  const gathered = gatherMetrics(() => [...ready])
  const { shutdownNoticeMs, shutdownGraceMs } = config
  const crew = fleet({
    size,
    pause: (ms, signal) => delay(ms, undefined, { signal }).catch(unlessAborted),
    random: Math.random,
    onLost: ({ pid }, words) => log.error({ pid, words }, 'a process ended; another one starts'),
    start(): Member {
      const { channel, ...member } = memberOf(cluster.fork(), {
        retireMs: DRAIN_MS + shutdownGraceMs + PROCESS_END_MS,
        endMs: shutdownNoticeMs + shutdownGraceMs + PROCESS_END_MS,
      })
      channel.onMessage((message) => {
        if (message.type === 'ready') ready.add(channel)
        if (message.type === 'ready') log.info({ pid: member.pid }, 'a process is ready')
        gathered(channel, message)
      })
      void member.ended.then(() => ready.delete(channel))
      return member
    },
  })

  const ending = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => ending.abort())
  process.on('SIGHUP', () => {
    log.info('restarts its processes, one after another')
    void crew.restart().then(
      () => log.info('has restarted its processes'),
      (error: unknown) =>
        log.error({ err: error }, 'a new process is not ready: the old ones stay'),
    )
  })
  await crew.run(ending.signal)
}

function unlessAborted(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error
}
