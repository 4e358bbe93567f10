/** `npm run replay`: plays a trace at the edge of a running stack. `scripts/replay/README.md` says how. */
import path from 'node:path'
import { mkdir } from 'node:fs/promises'
import { postgresPool } from '../origin/adapters/postgres/pool.ts'
import type { UserId } from '../shared/ids.ts'
import { declaredColumns } from './import/rows.ts'
import { inspect } from './import/source.ts'
import { readTexts, TEXT_COLUMNS } from './import/texts.ts'
import { commandLine } from './local/command-line.ts'
import { devToken } from './local/dev-token.ts'
import { databaseUrlOf, jwtOf } from './local/run-context.ts'
import { homeFolder, readRunFile } from './local/run-file.ts'
import { BURST_READERS } from './replay/limits.ts'
import { peopleOf } from './replay/people.ts'
import { caughtUp, runReplay, type ReplayRequest, type RunningStack } from './replay/run-replay.ts'
import { burstSchedule, traceSchedule } from './replay/schedule.ts'
import { readTrace } from './replay/trace.ts'
import { someReaders, viralAuthor } from './replay/viral.ts'

const { values, refuse } = commandLine({
  name: 'npm run replay',
  what: 'Plays a trace, or a burst, at the edge of a running stack, and judges every page.',
  form: `-- [--data FOLDER | --events FILE [--texts FILE]] [OPTION…]
       npm run replay -- --burst [--readers N] [--minutes M]`,
  options: {
    data: {
      type: 'text',
      value: 'FOLDER',
      what: 'with trace/events.tsv.gz and posts/posts.jsonl.gz',
      otherwise: 'HEADWATER_DATA',
    },
    events: { type: 'text', value: 'FILE', what: 'the trace', otherwise: 'that of --data' },
    texts: { type: 'text', value: 'FILE', what: 'texts to post', otherwise: 'those of --data' },
    'texts-columns': {
      type: 'text',
      value: 'COLUMNS',
      what: 'what the columns of --texts are',
      otherwise: 'by the first line; of --data text=title',
    },
    speed: {
      type: 'number',
      isFraction: true,
      above: 0,
      default: 60,
      what: 'how many times as fast as it was',
    },
    minutes: {
      type: 'number',
      isFraction: true,
      above: 0,
      what: 'how long it plays',
      otherwise: 'to the end; with --burst 1',
    },
    from: {
      type: 'number',
      isFraction: true,
      min: 0,
      default: 0,
      what: 'at which hour of the trace it begins',
    },
    burst: { type: 'flag', what: 'no trace: one author, followed by all, and many who read' },
    readers: { type: 'number', min: 1, default: BURST_READERS, what: 'with --burst: who reads' },
    out: {
      type: 'text',
      value: 'FILE',
      what: 'where the page with the plots goes',
      otherwise: 'replays/ of HEADWATER_HOME',
    },
  },
})

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}

async function main(): Promise<number> {
  const home = homeFolder(process.env)
  const stack = runningStack(home)
  const folder = path.join(home, 'replays')
  await mkdir(folder, { recursive: true })
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '')
  const htmlFile = path.resolve(values.out ?? path.join(folder, `${stamp}.html`))
  const ending = new AbortController()
  // What was measured so far is worth its table; a second Ctrl-C ends at once.
  process.once('SIGINT', () => ending.abort())

  const request = values.burst ? await burst(stack) : await trace(stack)
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

async function trace({ databaseUrl }: RunningStack): Promise<Prepared> {
  const data = values.data ?? process.env['HEADWATER_DATA']
  const eventsFile = values.events ?? (data && path.join(data, 'trace', 'events.tsv.gz'))
  const textsFile = values.texts ?? (data && path.join(data, 'posts', 'posts.jsonl.gz'))
  if (eventsFile === undefined) return refuse('There is no trace: --data, --events or --burst.')
  const { speed } = values
  const lengthMs = (values.minutes ?? Number.POSITIVE_INFINITY) * 60_000
  const events = await readTrace(eventsFile)
  const actions = traceSchedule(events, {
    speed,
    lengthMs,
    fromSeconds: values.from * 3_600,
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

async function burst(stack: RunningStack): Promise<Prepared> {
  const lengthMs = (values.minutes ?? 1) * 60_000
  const readersMax = values.readers
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
