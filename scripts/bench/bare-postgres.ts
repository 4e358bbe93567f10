import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'

export const CLIENTS = 16
const TEXT = 'A post of usual length, '.repeat(6)
const TABLE = `create table bare_posts (
  id bigint generated always as identity primary key, author_id bigint not null, text text not null,
  created_at timestamptz not null default clock_timestamp())`

export const hasPgbench = (): boolean => spawnSync('pgbench', ['--version']).status === 0

/** A single-row insert, committed, from 16 connections. Answers rows a second. */
export async function bareInserts(
  databaseUrl: string,
  folder: string,
): Promise<(durationMs: number) => Promise<number>> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query(TABLE)
  await client.end()
  const script = path.join(folder, 'insert.sql')
  await writeFile(
    script,
    `\\set author random(1, 1000000)\ninsert into bare_posts (author_id, text) values (:author, '${TEXT}');\n`,
  )
  return hasPgbench()
    ? (durationMs) => withPgbench(databaseUrl, script, durationMs)
    : (durationMs) => insertsByDriver(databaseUrl, durationMs)
}

async function withPgbench(url: string, script: string, durationMs: number): Promise<number> {
  const seconds = String(Math.max(1, Math.round(durationMs / 1000)))
  const child = spawn(
    'pgbench',
    ['-n', '-M', 'prepared', '-c', String(CLIENTS), '-j', '1', '-T', seconds, '-f', script, url],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more))
  child.stderr.setEncoding('utf8').on('data', (more: string) => (text += more))
  await once(child, 'close')
  const rate = Number(/tps = ([\d.]+)/.exec(text)?.[1])
  if (!(rate > 0)) throw new Error(`pgbench said no rate: ${text.slice(-600)}`)
  return rate
}

/** The same statement by the driver that the product uses: also where pgbench is not installed. */
export async function insertsByDriver(url: string, durationMs: number): Promise<number> {
  const clients = Array.from({ length: CLIENTS }, () => new pg.Client({ connectionString: url }))
  await Promise.all(clients.map((client) => client.connect()))
  const startedAt = performance.now()
  let rows = 0
  const statement = {
    name: 'bare-insert',
    text: 'insert into bare_posts (author_id, text) values ($1, $2)',
    values: ['1', TEXT],
  }
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() - startedAt < durationMs) {
        await client.query(statement)
        rows += 1
      }
    }),
  )
  const rate = (1000 * rows) / (performance.now() - startedAt)
  await Promise.all(clients.map((client) => client.end()))
  return rate
}
