import pg from 'pg'
import { migrate } from '../../drizzle/migrate.ts'
import { findRedisBinary } from '../../scripts/local/redis-binary.ts'
import { fetchKafka } from '../../scripts/services/kafka-jars.ts'
import { ownPostgres } from '../support/own-postgres.ts'
import { spawnIn } from '../support/run.ts'
import { groundIn, type Ground } from './ground.ts'

const TEMPLATE = 'headwater_template'

export interface StartGround {
  readonly folder: string
  readonly toolsDir: string
  readonly isOnKafka: boolean
  readonly say: (words: string) => void
}

/** A ground of its own, for runs outside the tests: they are handed the servers of the test run. */
export async function startGround({
  folder,
  toolsDir,
  isOnKafka,
  say,
}: StartGround): Promise<Ground> {
  const spawnChild = spawnIn(folder)
  const kafkaLib = isOnKafka
    ? await fetchKafka({ toolsDir, logsDir: folder, spawnChild, say })
    : undefined
  const redisBinary = await findRedisBinary({ toolsDir, report: say })
  const url = await ownPostgres(folder, spawnChild)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`create database ${TEMPLATE}`)
  await client.end()
  await migrate(url.replace(/\/[^/]*$/, `/${TEMPLATE}`))
  return groundIn({
    folder,
    redisBinary,
    postgresUrl: url,
    template: TEMPLATE,
    spawnChild,
    kafkaLib,
  })
}
