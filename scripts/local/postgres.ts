import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { endGroup, type Child, type SpawnChild } from './children.ts'
import {
  asUser,
  environment,
  initialise,
  postgresPrograms,
  spawnUser,
  SUPERUSER,
  type PostgresFolder,
} from './postgres-programs.ts'
import { postgresUser } from './postgres-user.ts'
import { identify } from './process-identity.ts'

const START_DEADLINE_MS = 60_000

export interface PostgresOptions extends PostgresFolder {
  readonly logFile: string
  readonly port: number
  readonly spawnChild: SpawnChild
}

export interface LocalPostgres {
  readonly child: Child
  readonly url: string
}

/** Postgres 18 from npm, on loopback, as a child of ours. */
export async function startPostgres(options: PostgresOptions): Promise<LocalPostgres> {
  const { dataDir, logFile, port, password, isDurable, spawnChild } = options
  const programs = await postgresPrograms()
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const user = postgresUser([dataDir, programs.postgres])
  if (!existsSync(path.join(dataDir, 'PG_VERSION')))
    await initialise(programs.initdb, options, user)
  await clearTheWay(dataDir)

  const [command, args] = asUser(user, programs.postgres, [
    '-D',
    dataDir,
    ...settings({ port, isDurable }).flatMap((setting) => ['-c', setting]),
  ])
  const child = spawnChild({
    name: 'postgres',
    command,
    args,
    env: environment(),
    logFile,
    user: spawnUser(user),
    // Fast shutdown: ends sessions, writes a checkpoint. SIGTERM would wait for every client.
    stopSignal: 'SIGINT',
    stopGraceMs: 20_000,
  })
  const url = `postgresql://${SUPERUSER}:${encodeURIComponent(password)}@127.0.0.1:${port}/headwater`
  await child.ready(() => answers(url.replace(/headwater$/, 'postgres')), START_DEADLINE_MS)
  return { child, url }
}

function settings({ port, isDurable }: { port: number; isDurable: boolean }): readonly string[] {
  return [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    // Sockets in a shared folder would collide with another Postgres of this machine.
    'unix_socket_directories=',
    'max_connections=200',
    'shared_buffers=192MB',
    'effective_cache_size=512MB',
    'work_mem=8MB',
    'maintenance_work_mem=64MB',
    'max_wal_size=2GB',
    'random_page_cost=1.1',
    'timezone=UTC',
    'log_min_duration_statement=1000',
    // Compiling costs more than the short queries of a feed take.
    'jit=off',
    ...(isDurable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']),
  ]
}

/**
 * After a kill -9 the folder still names a server. If that server lives on, it is ended; if its
 * number went to another program, Postgres would refuse to start for nothing.
 */
async function clearTheWay(dataDir: string): Promise<void> {
  const file = path.join(dataDir, 'postmaster.pid')
  if (!existsSync(file)) return
  const [pid, folder] = (await readFile(file, 'utf8')).split('\n')
  const server = identify(Number(pid))
  if (server !== undefined && folder === dataDir && runsPostgres(server.pid)) {
    await endGroup(server, { stopSignal: 'SIGINT', stopGraceMs: 20_000 })
  }
  await rm(file, { force: true })
}

function runsPostgres(pid: number): boolean {
  const asked = ['-o', 'args=', '-p', String(pid)]
  const words =
    process.platform === 'linux'
      ? spawnSync('cat', [`/proc/${pid}/cmdline`], { encoding: 'utf8' }).stdout
      : spawnSync('ps', asked, { encoding: 'utf8' }).stdout
  return words.includes('postgres')
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  try {
    await client.connect()
    const { rowCount } = await client.query(`select from pg_database where datname = 'headwater'`)
    if (rowCount === 0) await client.query('create database headwater')
    return true
  } catch (error) {
    // Refused while it starts; 57P03 while it recovers from a crash.
    const { code } = error as { code?: string }
    if (code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === '57P03') return false
    throw error
  } finally {
    await client.end()
  }
}
