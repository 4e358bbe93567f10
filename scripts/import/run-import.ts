import pg from 'pg'
import { LOCKS } from '../../drizzle/locks.ts'
import type { Declared } from './rows.ts'
import { importFile, type FileToImport, type Imported } from './import-file.ts'
import { follows } from './kinds/follows.ts'
import { posts } from './kinds/posts.ts'
import { users } from './kinds/users.ts'
import { STATEMENT_MS_MAX } from './limits.ts'
import { forgetPosition, isUnsettled } from './position.ts'
import type { ImportProgress } from './progress.ts'
import { declaredColumns } from './rows.ts'
import { beginNewLives, endAllLives, recount } from './settle.ts'
import { inspect } from './source.ts'
import { readTexts, TEXT_COLUMNS } from './texts.ts'

export interface FileWords {
  readonly path: string
  readonly columns?: string | undefined
}

export interface ImportRequest {
  readonly databaseUrl: string
  /** Absent: nothing runs, and whoever starts next finds in Postgres that its lists are over. */
  readonly redisUrl?: string | undefined
  readonly reportFolder: string
  readonly users: readonly FileWords[]
  readonly follows: readonly FileWords[]
  readonly posts: readonly FileWords[]
  readonly texts?: FileWords | undefined
  readonly createUsers: boolean
  /** Read files again that were imported before. */
  readonly again: boolean
}

export interface FileResult extends Imported {
  readonly path: string
  readonly kind: string
}

/** Read this to know what an import does, and in which order. All of it may be killed and repeated. */
export async function runImport(
  request: ImportRequest,
  progress: ImportProgress,
): Promise<readonly FileResult[]> {
  const files = await understand(request, progress)
  const texts = request.texts === undefined ? [] : await textsOf(request.texts)
  const client = new pg.Client({
    connectionString: request.databaseUrl,
    application_name: 'headwater-import',
    statement_timeout: STATEMENT_MS_MAX,
  })
  await client.connect()
  try {
    const startedAtMs = await begin(client)
    const { createUsers, reportFolder } = request
    const onProgress = (file: FileToImport, line: number) => progress.at(file.source, line)
    const deps = { client, reportFolder, onProgress, options: { createUsers, startedAtMs, texts } }

    const results: FileResult[] = []
    for (const kind of [users, follows, posts]) {
      const ours = files.filter((file) => file.kind === kind)
      // Whether a post is pulled depends on its author's followers: they are counted before the first.
      if (kind === posts && ours.length > 0 && (await isUnsettled(client))) {
        await count(client, request, progress)
      }
      for (const file of ours) {
        if (request.again) await beginAgain(client, file)
        const imported = await importFile(file, deps)
        const result = { ...imported, path: file.source.path, kind: kind.name }
        progress.done(result)
        results.push(result)
      }
    }
    if (await isUnsettled(client)) await settle(client, request, progress)
    return results
  } finally {
    await client.end()
  }
}

/** Everything that can be wrong with a file as a whole is found before the first row is written. */
async function understand(
  request: ImportRequest,
  progress: ImportProgress,
): Promise<readonly FileToImport[]> {
  const files: FileToImport[] = []
  for (const kind of [users, follows, posts]) {
    for (const { path, columns } of request[kind.name]) {
      progress.say(`Reading ${path} …`)
      const source = await inspect(path)
      const declared: Declared = declaredColumns(columns, kind.columns)
      files.push({ kind, source, declared })
    }
  }
  return files
}

const textsOf = async ({ path, columns }: FileWords): Promise<readonly string[]> =>
  readTexts(await inspect(path), declaredColumns(columns, TEXT_COLUMNS))

/** One import at a time; the lock is the session's, so a killed one frees it. */
async function begin(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ free: boolean; now: string }>(
    `select pg_try_advisory_lock($1) as free, floor(extract(epoch from clock_timestamp()) * 1000) as now`,
    [LOCKS.import],
  )
  if (rows[0]?.free !== true) throw new Error('Another import is under way; wait for its end.')
  await client.query('select ensure_outbox_partitions()')
  return Number(rows[0].now)
}

async function beginAgain(client: pg.ClientBase, { kind, source, declared }: FileToImport) {
  const names = declared.kind === 'places' ? declared.names : [...declared.theirs.keys()]
  if (kind === posts && !names.includes('id')) {
    throw new Error(
      `${source.path}: without declared ids (--posts-columns id=…) each post would be there twice.`,
    )
  }
  await forgetPosition(client, { kind: kind.name, file: source.hash })
}

async function count(client: pg.Client, { databaseUrl }: ImportRequest, progress: ImportProgress) {
  // Plans for tables that were empty a minute ago would read them whole for each user.
  await client.query('analyze users, follows, posts, user_counts')
  const counted = await recount(client, databaseUrl, (users) => progress.counted(users))
  progress.say(`${counted} users counted again.`)
}

async function settle(client: pg.Client, request: ImportRequest, progress: ImportProgress) {
  await count(client, request, progress)
  await endAllLives(client)
  if (request.redisUrl === undefined) {
    progress.say('Lists begin anew when the origin starts.')
    return
  }
  const begun = await beginNewLives(request.redisUrl)
  progress.say(
    begun
      ? 'Lists begin anew.'
      : 'Nobody delivers at the moment: lists begin anew when the origin does.',
  )
}
