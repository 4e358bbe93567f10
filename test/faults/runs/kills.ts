import { setTimeout as delay } from 'node:timers/promises'
import path from 'node:path'
import { until } from '../../../scripts/local/until.ts'
import type { Replacement } from '../../oracle/plant/replacement.ts'
import { crashParent, type CrashParent } from '../crash-parent.ts'
import { faultyStack, type FaultyStack, type OriginProcess, type Person } from '../faulty-stack.ts'
import type { Ground } from '../ground.ts'
import { judgeKills } from '../judge-kills.ts'
import { kafkaWitness } from '../kafka-witness.ts'
import { logWitness, type LogWitness } from '../log-witness.ts'
import type { Fault } from '../planted.ts'
import { CRASH_POINTS } from '../points.ts'
import { regionWatch } from '../region-watch.ts'
import type { Report, Row } from '../row.ts'
import { warmReaders, type WarmReaders } from '../warm-readers.ts'

const ORIGINS = 2
const AUTHORS = 6
const READERS = 3
const WRITE_EVERY_MS = 120
const RETRY_MS = 50
const START_ATTEMPTS_MAX = 3
const HELD_DEADLINE_MS = 45_000
const SETTLED_DEADLINE_MS = 60_000

const BROKERS = 3

const limit = (name: string, value: string, instead: string): Replacement => ({
  file: 'shared/limits.ts',
  find: `export const ${name} = ${value}\n`,
  replace: `export const ${name} = ${instead}\n`,
})

/** Who was killed is missed sooner, so that there is somebody to kill again. */
const SOONER = [
  limit('LOG_LEASE_MS', '10_000', '2_500'),
  limit('DELIVERY_RANGE_LEASE_MS', '10_000', '2_500'),
  limit('KAFKA_SESSION_MS', '6_000', '2_500'),
  limit('KAFKA_REBALANCE_MS', '10_000', '4_000'),
]

/** An author with three followers is large: one is delivered to at once, the others by a job each. */
const LARGE = [
  limit('DELIVERY_INLINE_FOLLOWERS_MAX', '10_000', '1'),
  limit('DELIVERY_RANGE_FOLLOWERS', '5_000', '1'),
]

export interface Kills {
  readonly run: string
  /** The names of the points, one kill each. */
  readonly at: readonly string[]
  readonly planted?: Fault
  /** Without it, the outbox itself. */
  readonly log?: 'kafka'
  readonly report: Report
}

/**
 * Kills processes with SIGKILL, each held at a named point, while others go on and people write. Two
 * processes do everything; whoever is killed is followed by a new one.
 */
export async function kills(
  ground: Ground,
  { run, at, planted, log, report }: Kills,
): Promise<Row> {
  await using stack = await faultyStack(ground, log === 'kafka' ? { kafkaBrokers: BROKERS } : {})
  const parent = await crashParent(path.join(stack.logsDir, 'crash-points'), [
    ...SOONER,
    // Planted faults are to show by themselves.
    ...(planted === undefined ? LARGE : []),
    ...CRASH_POINTS.map(({ replacement }) => replacement),
    ...(planted?.replacements ?? []),
  ])
  // What is delivered again comes late; trimmed lists would leave most of the judging to Postgres.
  await stack.pool.query(`insert into settings (key, value) values ('list.postsMax', '10000')`)
  const origins = new Set<OriginProcess>()
  const begin = async () => {
    origins.add(await startedOn(() => stack.startOrigin(parent.spawn)))
    stack.reach([...origins])
  }
  await Promise.all(Array.from({ length: ORIGINS }, begin))
  const warm = await warmReaders(stack, { authors: AUTHORS, readers: READERS })
  for (const author of warm.authors) await warm.post(author, 'the first')
  await warm.warm()

  const { kafka } = stack
  const witness = kafka ? await kafkaWitness(kafka) : await logWitness(stack.pool)
  await using region = await regionWatch(stack.redis.url, warm.readers)
  const ending = new AbortController()
  const writing = Promise.all(warm.authors.map((author) => write(warm, author, ending.signal)))
  const problems: string[] = []
  for (const [nth, point] of at.entries()) {
    report(`${run}: ${nth + 1} of ${at.length}, at "${point}"`)
    try {
      await killOne(stack, parent, origins, point)
    } catch (error) {
      problems.push(String(error))
    }
    while (origins.size < ORIGINS) await begin()
  }
  ending.abort()
  const retries = (await writing).reduce((sum, each) => sum + each, 0)
  await settled(stack, witness, () => region.deliveredToMs()).catch((error: unknown) =>
    problems.push(String(error)),
  )
  await witness.stop()

  const judged = await judgeKills(stack, warm, witness.seen)
  const posts = warm.acknowledged.size
  const repeated = kafka ? { 'published again': witness.repeats() } : {}
  const found = { kills: at.length, posts, retries, ...repeated, ...judged.found }
  return { run, found, problems: [...problems, ...judged.problems] }
}

/** A port that was free a moment ago may be somebody's connection by now; the next ones are others. */
async function startedOn(start: () => Promise<OriginProcess>): Promise<OriginProcess> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start()
    } catch (error) {
      if (attempt === START_ATTEMPTS_MAX || !String(error).includes('EADDRINUSE')) throw error
    }
  }
}

async function killOne(
  stack: FaultyStack,
  parent: CrashParent,
  origins: Set<OriginProcess>,
  point: string,
): Promise<void> {
  const pid = await parent.hold(point, HELD_DEADLINE_MS)
  const held = [...origins].find(({ child }) => child.pid === pid)
  if (held === undefined) throw new Error(`process ${pid} at "${point}" is none of ours`)
  process.kill(pid, 'SIGKILL')
  await held.child.ended
  origins.delete(held)
  stack.reach([...origins])
}

/** One after the other, each until it is acknowledged: the key makes a repeated one the same. */
async function write(warm: WarmReaders, author: Person, signal: AbortSignal): Promise<number> {
  let retries = 0
  for (let nth = 1; !signal.aborted; nth += 1) {
    const key = crypto.randomUUID()
    for (;;) {
      const status = await warm.post(author, `the ${nth}th`, key).then(
        (answer) => answer.status,
        () => 0,
      )
      if (status === 201) break
      if (status !== 0 && status !== 503) throw new Error(`a post was answered with ${status}`)
      retries += 1
      await delay(RETRY_MS)
    }
    await delay(WRITE_EVERY_MS)
  }
  return retries
}

/** Every group, and every reader's lists, are past the last write. */
async function settled(
  { pool }: FaultyStack,
  witness: LogWitness,
  deliveredToMs: () => number,
): Promise<void> {
  const { rows } = await pool.query<{ ms: string }>(
    'select extract(epoch from clock_timestamp()) * 1000 as ms',
  )
  const endMs = Number(rows[0]?.ms)
  await until(
    async () => {
      const positions = await pool.query<{ ms: string }>(
        'select min(extract(epoch from at) * 1000) as ms from log_positions',
      )
      const isOutboxPast = Number(positions.rows[0]?.ms) > endMs
      return (await witness.areGroupsPast(isOutboxPast)) && deliveredToMs() > endMs
    },
    { deadlineMs: SETTLED_DEADLINE_MS, what: 'every group past the last write', everyMs: 100 },
  )
}
