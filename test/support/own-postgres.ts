import path from 'node:path'
import type { SpawnChild } from '../../scripts/local/children.ts'
import { freePort } from '../../scripts/local/ports.ts'
import { startPostgres } from '../../scripts/local/postgres.ts'

/** A Postgres for one run outside of the tests, which are handed theirs. It forgets all when the run ends. */
export async function ownPostgres(folder: string, spawnChild: SpawnChild): Promise<string> {
  const { url } = await startPostgres({
    dataDir: path.join(folder, 'postgres'),
    logFile: path.join(folder, 'postgres.log'),
    port: await freePort(),
    password: 'headwater',
    isDurable: false,
    spawnChild,
  })
  return url
}
