import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { endGroup, startChild, type SpawnChild } from '../local/children.ts'
import { forget, recorded, remember, type ChildRecord } from '../local/leftovers.ts'
import { isGone, isRunning } from '../local/process-identity.ts'
import { exclusively } from './exclusively.ts'
import type { Service, ServiceEnv } from './service.ts'

const STOP_GRACE_MS = 8_000
const Env = z.record(z.string(), z.string())

export type ServiceState =
  | { readonly is: 'down' }
  | { readonly is: 'up'; readonly env: ServiceEnv; readonly processes: readonly ChildRecord[] }
  /** Part of it runs, or all of it and it does not answer. */
  | { readonly is: 'broken'; readonly processes: readonly ChildRecord[] }

export interface Keeper {
  /** Does nothing for a service that is up. */
  up(service: Service, say: (words: string) => void): Promise<ServiceEnv>
  /** Answers whether anything ran. Its data stays. */
  down(service: Service): Promise<boolean>
  state(service: Service): Promise<ServiceState>
}

/** Services outlive the command that starts them; what runs is written down under `home`. */
export function serviceKeeper(home: string): Keeper {
  const folderOf = (service: Service) => path.join(home, 'services', service.name)
  const recordsOf = (service: Service) => path.join(folderOf(service), 'children')
  const envFile = (service: Service) => path.join(folderOf(service), 'service.json')

  async function state(service: Service): Promise<ServiceState> {
    const processes = recorded(recordsOf(service))
    const running = processes.filter(isRunning)
    if (running.length === 0) return { is: 'down' }
    const env = readEnv(envFile(service))
    const isWhole = env !== undefined && running.length === processes.length
    if (isWhole && (await service.answers(env))) return { is: 'up', env, processes }
    return { is: 'broken', processes: running }
  }

  /** All at once: brokers that lose their quorum one by one wait for it. */
  async function end(service: Service): Promise<boolean> {
    const records = recorded(recordsOf(service))
    const running = records.filter(isRunning)
    await Promise.all(
      running.map((record) =>
        endGroup(record, { stopSignal: 'SIGTERM', stopGraceMs: STOP_GRACE_MS }),
      ),
    )
    for (const record of records) forget(recordsOf(service), record)
    rmSync(envFile(service), { force: true })
    return running.length > 0
  }

  async function start(service: Service, say: (words: string) => void): Promise<ServiceEnv> {
    const folder = folderOf(service)
    const logsDir = path.join(folder, 'logs')
    await rm(logsDir, { recursive: true, force: true })
    await mkdir(logsDir, { recursive: true })
    const spawnChild: SpawnChild = (options) => {
      const child = startChild(options)
      remember(recordsOf(service), child)
      if (options.isTask === true) void child.ended.then(() => forget(recordsOf(service), child))
      return child
    }
    try {
      const env = await service.start({
        dataDir: path.join(folder, 'data'),
        logsDir,
        toolsDir: path.join(home, 'tools'),
        spawnChild,
        say,
      })
      writeFileSync(`${envFile(service)}.new`, JSON.stringify(env))
      renameSync(`${envFile(service)}.new`, envFile(service))
      return env
    } catch (error) {
      await end(service)
      throw error
    }
  }

  return {
    state,
    up: (service, say) =>
      exclusively(folderOf(service), async () => {
        const now = await state(service)
        if (now.is === 'up') return now.env
        const missing = service.missing(path.join(home, 'tools'))
        if (missing.length > 0) throw new Error(missing.join('\n'))
        await end(service)
        return start(service, say)
      }),
    down: (service) =>
      existsSync(folderOf(service))
        ? exclusively(folderOf(service), () => end(service))
        : Promise.resolve(false),
  }
}

function readEnv(file: string): ServiceEnv | undefined {
  try {
    return Env.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}
