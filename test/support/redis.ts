import { cp, mkdtemp, rm } from 'node:fs/promises'
import path from 'node:path'
import { inject } from 'vitest'
import type { Child } from '../../scripts/local/children.ts'
import { freePort } from '../../scripts/local/ports.ts'
import { startRedis } from '../../scripts/local/redis.ts'
import { spawnIn } from './run.ts'

export interface FreshRedisOptions {
  /** Lines for redis.conf, such as `maxmemory 2mb`; a replica's `replicaof 127.0.0.1 6379`. */
  readonly settings?: readonly string[]
}

export interface FreshRedis {
  readonly url: string
  readonly port: number
  /** Holds `dump.rdb` when a snapshot was taken. */
  readonly dataDir: string
  /** Asked to end, it takes a snapshot first. Starting again finds it. */
  stop(): Promise<void>
  /** Loses everything since the last snapshot, as a node does that fails. */
  kill(): Promise<void>
  /** On the same port, from what lies in `dataDir`. */
  start(): Promise<void>
  /** Stops answering without closing anything, until `resume`: a node that hangs. */
  pause(): void
  resume(): void
  [Symbol.asyncDispose](): Promise<void>
}

/** A private server (about 30 ms): `await using redis = await freshRedis()`. */
export async function freshRedis({ settings = [] }: FreshRedisOptions = {}): Promise<FreshRedis> {
  const runFolder = inject('runFolder')
  const dataDir = await mkdtemp(path.join(runFolder, 'redis-'))
  const port = await freePort()
  let child: Child | undefined

  const launch = async () => {
    const started = await startRedis({
      binary: inject('redisBinary'),
      dataDir,
      logFile: `${dataDir}.log`,
      port,
      settings,
      spawnChild: spawnIn(runFolder),
    })
    child = started.child
    return started.url
  }
  const signal = (name: NodeJS.Signals) => {
    if (child === undefined || child.hasEnded()) throw new Error('this Redis does not run')
    process.kill(child.pid, name)
  }

  const url = await launch()
  return {
    url,
    port,
    dataDir,
    async stop() {
      await child?.stop()
    },
    async kill() {
      signal('SIGKILL')
      await child?.ended
    },
    async start() {
      await launch()
    },
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    async [Symbol.asyncDispose]() {
      if (child !== undefined && !child.hasEnded()) {
        // Nobody reads its data again, and a paused one would not hear a polite request.
        signal('SIGKILL')
        await child.ended
      }
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Keeps the snapshot of this moment aside; `restore` puts it back under a server that is stopped. */
export async function keepSnapshot({ dataDir }: FreshRedis): Promise<{ restore(): Promise<void> }> {
  const kept = `${dataDir}.${Math.round(performance.now())}.rdb`
  await cp(path.join(dataDir, 'dump.rdb'), kept)
  return { restore: () => cp(kept, path.join(dataDir, 'dump.rdb')) }
}
