import { existsSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { freePort } from '../../scripts/local/ports.ts'
import { startPostgres } from '../../scripts/local/postgres.ts'
import { findRedisBinary } from '../../scripts/local/redis-binary.ts'
import { makeRunFolder, removeRunFolder, removeRunFolderAtExit, spawnIn } from './run.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where this run keeps its files. */
    runFolder: string
    /** The maintenance database; tests take their own with `freshDatabase`. */
    postgresUrl: string
    redisBinary: string
  }
}

const ROOT = path.resolve(import.meta.dirname, '..', '..')
const TEMPLATE = 'headwater_template'

/** One Postgres for each run of the tests, with a migrated template; Redis servers are private. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const runFolder = await makeRunFolder()
  removeRunFolderAtExit(runFolder)
  const tearDown = () => removeRunFolder(runFolder)
  try {
    const toolsDir = path.join(process.env['HEADWATER_HOME'] ?? `${ROOT}/.headwater`, 'tools')
    const redisBinary = await findRedisBinary({ toolsDir, report: console.log })
    const { url } = await startPostgres({
      dataDir: path.join(runFolder, 'postgres'),
      logFile: path.join(runFolder, 'postgres.log'),
      port: await freePort(),
      password: 'headwater',
      isDurable: false,
      spawnChild: spawnIn(runFolder),
    })
    await makeTemplate(url)
    project.provide('runFolder', runFolder)
    project.provide('postgresUrl', url)
    project.provide('redisBinary', redisBinary)
    return tearDown
  } catch (error) {
    await tearDown()
    throw error
  }
}

/** Migrated once; a copy of it takes a tenth of what migrating again would. */
async function makeTemplate(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`create database ${TEMPLATE}`)
  } finally {
    await client.end()
  }
  const module = path.join(ROOT, 'drizzle', 'migrate.ts')
  if (!existsSync(module)) return
  const { migrate } = (await import(module)) as { migrate: (url: string) => Promise<void> }
  await migrate(url.replace(/\/[^/]*$/, `/${TEMPLATE}`))
}
