import path from 'node:path'
import pg from 'pg'
import type { SpawnChild } from '../../scripts/local/children.ts'
import { bundleEdge, type EdgeBundle } from '../../scripts/local/edge.ts'

/** What a run of faults stands on: it starts everything else by itself, in a folder of its own. */
export interface Ground {
  readonly folder: string
  readonly redisBinary: string
  /** Of a server with a database that was migrated and never used. */
  readonly postgresUrl: string
  readonly template: string
  readonly spawnChild: SpawnChild
  /** The jars of Kafka, where it can be had. */
  readonly kafkaLib?: string | undefined
  readonly bundle: EdgeBundle
}

export async function groundIn(given: Omit<Ground, 'bundle'>): Promise<Ground> {
  const { folder, spawnChild } = given
  const bundle = await bundleEdge(path.join(folder, `edge-${crypto.randomUUID()}`), {
    spawnChild,
    logsDir: folder,
  })
  return { ...given, bundle }
}

export interface OwnDatabase extends AsyncDisposable {
  readonly url: string
}

export async function ownDatabase({ postgresUrl, template }: Ground): Promise<OwnDatabase> {
  const name = `faults_${crypto.randomUUID().replaceAll('-', '')}`
  await runOnce(postgresUrl, `create database ${name} template ${template}`)
  return {
    url: postgresUrl.replace(/\/[^/]*$/, `/${name}`),
    // Forced: a process that was killed may still seem connected.
    [Symbol.asyncDispose]: () => runOnce(postgresUrl, `drop database ${name} with (force)`),
  }
}

async function runOnce(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
