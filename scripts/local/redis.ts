import { mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import path from 'node:path'
import type { Child, SpawnChild } from './children.ts'

const START_DEADLINE_MS = 20_000

export interface RedisOptions {
  readonly binary: string
  /** Holds the snapshot; a second start finds everything as it was. */
  readonly dataDir: string
  readonly logFile: string
  readonly port: number
  /** Absent: anyone on this machine may connect, which tests accept. */
  readonly password?: string
  /** More lines for redis.conf, each `name value`; a later line wins over an earlier one. */
  readonly settings?: readonly string[]
  readonly name?: string
  readonly spawnChild: SpawnChild
}

export interface LocalRedis {
  readonly child: Child
  readonly url: string
}

/** A Redis of our own on loopback. */
export async function startRedis(options: RedisOptions): Promise<LocalRedis> {
  const { binary, dataDir, logFile, port, password, settings = [], name = 'redis' } = options
  await mkdir(dataDir, { recursive: true })
  const configFile = path.join(dataDir, 'redis.conf')
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${JSON.stringify(dataDir)}`,
    'daemonize no',
    'appendonly no',
    // No snapshot while it runs, one when it is asked to end.
    'save ""',
    'shutdown-on-sigterm save',
    'shutdown-on-sigint save',
    'maxmemory 512mb',
    // What may be evicted carries an expiry, what must not carries none.
    'maxmemory-policy volatile-lfu',
    'tcp-keepalive 60',
    ...(password === undefined ? [] : [`requirepass ${JSON.stringify(password)}`]),
    ...settings,
  ]
  // In a file and not in the arguments, where every user of the machine could read the password.
  await writeFile(configFile, `${lines.join('\n')}\n`, { mode: 0o600 })

  const child = options.spawnChild({
    name,
    command: binary,
    args: [configFile],
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    cwd: dataDir,
    logFile,
    stopGraceMs: 20_000,
  })
  await child.ready(() => isServing(port, password), START_DEADLINE_MS)
  const login = password === undefined ? '' : `:${encodeURIComponent(password)}@`
  return { child, url: `redis://${login}127.0.0.1:${port}` }
}

/** True once it has loaded its snapshot: before that, PING answers -LOADING. */
async function isServing(port: number, password: string | undefined): Promise<boolean> {
  const login = password === undefined ? '' : `AUTH ${password}\r\n`
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    let answer = ''
    const settle = () => {
      socket.destroy()
      resolve(answer.includes('+PONG'))
    }
    socket.setEncoding('utf8').setTimeout(1_000, settle)
    socket.once('connect', () => socket.write(`${login}PING\r\nQUIT\r\n`))
    socket.on('data', (text: string) => (answer += text))
    // Refused while it starts.
    socket.once('error', settle)
    socket.once('end', settle)
  })
}
