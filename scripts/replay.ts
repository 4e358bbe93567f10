/** `npm run replay`: plays a trace at the edge of a running stack. `scripts/replay/README.md` says how. */
import path from 'node:path'
import { mkdir } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { postgresPool } from '../origin/adapters/postgres/pool.ts'
import type { UserId } from '../shared/ids.ts'
import { declaredColumns } from './import/rows.ts'
import { inspect } from './import/source.ts'
import { readTexts, TEXT_COLUMNS } from './import/texts.ts'
import { devToken } from './local/dev-token.ts'
import { databaseUrlOf, jwtOf } from './local/run-context.ts'
import { homeFolder, readRunFile } from './local/run-file.ts'
import { BURST_READERS } from './replay/limits.ts'
import { peopleOf } from './replay/people.ts'
import { caughtUp, runReplay, type ReplayRequest, type RunningStack } from './replay/run-replay.ts'
import { burstSchedule, traceSchedule } from './replay/schedule.ts'
import { readTrace } from './replay/trace.ts'
import { someReaders, viralAuthor } from './replay/viral.ts'

const USAGE = `usage: npm run replay -- [--data FOLDER | --events FILE [--texts FILE]] [--speed N] [--minutes M] [--from HOURS]
       npm run replay -- --burst [--readers N] [--minutes M]
--out FILE says where the page with the plots goes.`

const text = { type: 'string' } as const
const OPTIONS = {
  data: text,
  events: text,
  texts: text,
  'texts-columns': text,
  speed: { type: 'string', default: '60' },
  minutes: text,
  from: { type: 'string', default: '0' },
  burst: { type: 'boolean', default: false },
  readers: { type: 'string', default: String(BURST_READERS) },
  out: text,
} as const

type Values = ReturnType<typeof parse>
const parse = (args: string[]) => parseArgs({ args, options: OPTIONS }).values

try {
  process.exitCode = await main(parse(process.argv.slice(2)))
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}

async function main(values: Values): Promise<number> {
  const home = homeFolder(process.env)
  const stack = runningStack(home)
  const folder = path.join(home, 'replays')
  await mkdir(folder, { recursive: true })
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '')
  const htmlFile = path.resolve(values.out ?? path.join(folder, `${stamp}.html`))
  const ending = new AbortController()
  // What was measured so far is worth its table; a second Ctrl-C ends at once.
  process.once('SIGINT', () => ending.abort())

  const request = values.burst ? await burst(values, stack) : await trace(values, stack)
  const { stdout } = process
  const summary = await runReplay({ ...request, htmlFile }, stack, {
    terminal: { isLive: stdout.isTTY, write: (words) => void stdout.write(words) },
    signal: ending.signal,
  })
  console.log(`\n  Plots: ${htmlFile}`)
  return summary.faults.length === 0 ? 0 : 1
}

function runningStack(home: string): RunningStack {
  const { env } = process
  const run = readRunFile(home)
  const edgeUrl = env['EDGE_URL'] || run?.urls.edge
  const adminUrl = env['ADMIN_URL'] || run?.urls.admin
  if (edgeUrl === undefined || adminUrl === undefined) {
    throw new Error('Nothing runs: npm start, or set EDGE_URL, ADMIN_URL and DATABASE_URL.')
  }
  const jwt = jwtOf(env)
  const tokens = new Map<UserId, Promise<string>>()
  return {
    edgeUrl,
    adminUrl,
    databaseUrl: databaseUrlOf(env),
    bearerOf(user) {
      const token = tokens.get(user) ?? devToken({ ...jwt, subject: user })
      tokens.set(user, token)
      return token
    },
  }
}

type Prepared = Omit<ReplayRequest, 'htmlFile'>

async function trace(values: Values, { databaseUrl }: RunningStack): Promise<Prepared> {
  const data = values.data ?? process.env['HEADWATER_DATA']
  const eventsFile = values.events ?? (data && path.join(data, 'trace', 'events.tsv.gz'))
  const textsFile = values.texts ?? (data && path.join(data, 'posts', 'posts.jsonl.gz'))
  if (eventsFile === undefined) throw new Error(USAGE)
  const speed = positive(values.speed, '--speed')
  const lengthMs =
    values.minutes === undefined
      ? Number.POSITIVE_INFINITY
      : positive(values.minutes, '--minutes') * 60_000
  const events = await readTrace(eventsFile)
  const actions = traceSchedule(events, {
    speed,
    lengthMs,
    fromSeconds: Number(values.from) * 3_600,
  })
  const columns = values['texts-columns'] ?? (values.texts === undefined ? 'text=title' : undefined)
  const texts =
    textsFile === undefined
      ? []
      : await readTexts(await inspect(textsFile), declaredColumns(columns, TEXT_COLUMNS))
  const users = await withPool(databaseUrl, (pool) =>
    peopleOf(
      pool,
      actions.map(({ actor }) => actor),
    ),
  )
  if (users.size === 0) throw new Error('Nobody of this trace is here: import its people first.')
  return { title: `Replay of a trace at ${speed} times its speed`, actions, users, texts }
}

async function burst(values: Values, stack: RunningStack): Promise<Prepared> {
  const lengthMs = positive(values.minutes ?? '1', '--minutes') * 60_000
  const readersMax = positive(values.readers, '--readers')
  const { author, readers } = await withPool(stack.databaseUrl, async (pool) => {
    const viral = await viralAuthor(pool, (followers) =>
      console.log(`  … ${followers} new followers`),
    )
    return { author: viral, readers: await someReaders(pool, viral, readersMax) }
  })
  console.log('  … waiting until delivery has heard of them all')
  await caughtUp(stack.adminUrl)
  return {
    title: `A burst: one author, followed by all, ten posts a second, ${readers.length} others read`,
    actions: burstSchedule(author, readers, lengthMs),
    users: new Map([author, ...readers].map((user) => [user, user])),
    texts: ['Everybody is looking at this'],
  }
}

async function withPool<T>(
  databaseUrl: string,
  work: (pool: ReturnType<typeof postgresPool>) => Promise<T>,
): Promise<T> {
  const applicationName = 'headwater-replay-setup'
  const pool = postgresPool(databaseUrl, { max: 1, statementTimeoutMs: 120_000, applicationName })
  try {
    return await work(pool)
  } finally {
    await pool.end()
  }
}

function positive(words: string, option: string): number {
  const value = Number(words)
  if (!(value > 0)) throw new Error(`${option} takes a number above 0.\n${USAGE}`)
  return value
}
