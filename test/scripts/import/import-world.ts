import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import pg from 'pg'
import { inject } from 'vitest'
import { freshDatabase } from '../../support/postgres.ts'

const SCRIPT = path.resolve(import.meta.dirname, '..', '..', '..', 'scripts', 'import.ts')

export interface Ended {
  readonly code: number
  readonly output: string
}

/** A database and a folder of files to import into it. */
export async function importWorld({ redisUrl }: { redisUrl?: string } = {}) {
  await using stack = new AsyncDisposableStack()
  const database = stack.use(await freshDatabase())
  const folder = await mkdtemp(path.join(inject('runFolder'), 'import-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const pool = stack.adopt(new pg.Pool({ connectionString: database.url, max: 2 }), (p) => p.end())
  const env = {
    PATH: process.env['PATH'],
    HEADWATER_HOME: folder,
    DATABASE_URL: database.url,
    ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
  }
  const owned = stack.move()

  return {
    pool,
    databaseUrl: database.url,

    /** Writes a file, packed where its name says so; answers its path. */
    async file(name: string, text: string | Buffer): Promise<string> {
      const place = path.join(folder, name)
      await writeFile(place, name.endsWith('.gz') ? gzipSync(text) : text)
      return place
    },

    run: (...args: readonly string[]) =>
      new Promise<Ended>((resolve) => {
        execFile(process.execPath, [SCRIPT, ...args], { env }, (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr })
        })
      }),

    /** Killed without a word as soon as the condition holds. */
    async runUntil(condition: () => Promise<boolean>, ...args: readonly string[]): Promise<void> {
      const child = spawn(process.execPath, [SCRIPT, ...args], { env, stdio: 'ignore' })
      const ended = new Promise((resolve) => child.once('exit', resolve))
      while (child.exitCode === null && !(await condition())) {
        // Asks as fast as Postgres answers: the file must not be done before.
      }
      child.kill('SIGKILL')
      await ended
    },

    /** Lines of the report: number, reason, and how the row begins. */
    async rejected(kind: string): Promise<readonly (readonly string[])[]> {
      const reports = path.join(folder, 'imports')
      const names = (await readdir(reports)).filter((name) => name.startsWith(kind))
      const texts = await Promise.all(
        names.map((name) => readFile(path.join(reports, name), 'utf8')),
      )
      return texts.flatMap((text) => text.split('\n').slice(0, -1)).map((line) => line.split('\t'))
    },

    async rows<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
      return (await pool.query<Row>(sql)).rows
    },

    async number(sql: string): Promise<number> {
      return Number((await pool.query<{ n: string }>(`select (${sql}) as n`)).rows[0]?.n)
    },

    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
