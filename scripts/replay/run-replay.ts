import { writeFile } from 'node:fs/promises'
import { postgresPool } from '../../origin/adapters/postgres/pool.ts'
import type { UserId } from '../../shared/ids.ts'
import { until } from '../local/until.ts'
import { chart, type Terminal } from './chart.ts'
import { pageChecks } from './check-pages.ts'
import { commits } from './commits.ts'
import { edgeClient } from './edge-client.ts'
import { htmlOf } from './html.ts'
import { CATCH_UP_MS, CHECKS_AT_ONCE, WIND_DOWN_MS } from './limits.ts'
import { measures as newMeasures } from './measure.ts'
import { openLoop } from './open-loop.ts'
import { followerOf, nextXid, pushedEntries } from './people.ts'
import { player } from './play.ts'
import type { Action } from './schedule.ts'
import { cacheRatios, deliveredPosts, eventsBehind, scrape } from './scrape.ts'
import { summaryOf, tableOf, type Summary } from './summary.ts'

const DRAW_EVERY_MS = 500

export interface RunningStack {
  readonly edgeUrl: string
  readonly adminUrl: string
  readonly databaseUrl: string
  readonly bearerOf: (user: UserId) => Promise<string>
}

export interface ReplayRequest {
  readonly title: string
  readonly actions: readonly Action[]
  readonly users: ReadonlyMap<string, UserId>
  /** In turn; each post gets its number, so that no two are the same. */
  readonly texts: readonly string[]
  /** Where the page with the plots goes. */
  readonly htmlFile: string
}

/** Plays the actions against a running stack, judges what it answers, and tells. */
export async function runReplay(
  { title, actions, users, texts, htmlFile }: ReplayRequest,
  stack: RunningStack,
  { terminal, signal }: { readonly terminal: Terminal; readonly signal: AbortSignal },
): Promise<Summary> {
  const now = () => performance.now()
  const pool = postgresPool(stack.databaseUrl, {
    max: CHECKS_AT_ONCE + 2,
    statementTimeoutMs: 30_000,
    applicationName: 'headwater-replay',
  })
  try {
    const fromXid = await nextXid(pool)
    const before = await scrape(stack.adminUrl)
    const measures = newMeasures(now)
    const book = await commits(pool)
    const checks = pageChecks(pool, book, (error) => measures.failed(`check: ${String(error)}`))
    const play = player({
      edge: edgeClient(stack.edgeUrl, stack.bearerOf),
      measures,
      checks,
      commits: book,
      userOf: (actor) => users.get(actor),
      followerOf: followerOf(pool),
      textOf: (at) => `${texts[at % texts.length] ?? 'A post'} · ${at}`,
      now,
    })
    const loop = openLoop(play, now)
    const picture = chart(terminal)
    const startedAt = now()
    const lengthMs = actions.at(-1)?.atMs ?? 1
    const draw = () =>
      picture.draw({
        measures,
        checked: checks.tally.checked,
        wrong: checks.tally.wrong,
        waiting: loop.waiting(),
        progress: Math.min(1, (now() - startedAt) / lengthMs),
      })
    const drawing = setInterval(draw, DRAW_EVERY_MS)
    let seconds: number
    try {
      await loop.run(actions, signal)
      seconds = (now() - startedAt) / 1000
      await within(checks.done(), WIND_DOWN_MS)
      await caughtUp(stack.adminUrl, WIND_DOWN_MS)
    } finally {
      clearInterval(drawing)
    }
    draw()
    picture.end()

    const after = await scrape(stack.adminUrl)
    const strangers = new Set(actions.map(({ actor }) => actor).filter((one) => !users.has(one)))
    const summary = summaryOf({
      title,
      seconds,
      measures,
      checks,
      ratios: cacheRatios(before, after),
      delivered: deliveredPosts(after) - deliveredPosts(before),
      entries: await pushedEntries(pool, fromXid),
      shed: loop.shed(),
      foreign: book.foreign(),
      strangers: strangers.size,
    })
    await writeFile(htmlFile, htmlOf(summary, measures))
    terminal.write(`${tableOf(summary)}\n`)
    return summary
  } finally {
    await pool.end()
  }
}

/** Delivery has nothing before it: what a burst made, or many new follows. */
export async function caughtUp(adminUrl: string, deadlineMs = CATCH_UP_MS): Promise<void> {
  await until(async () => eventsBehind(await scrape(adminUrl)) === 0, {
    deadlineMs,
    what: 'delivery of all events',
    everyMs: 500,
  })
}

async function within(work: Promise<void>, deadlineMs: number): Promise<void> {
  const late = AbortSignal.timeout(deadlineMs)
  await Promise.race([
    work,
    new Promise<void>((resolve) => late.addEventListener('abort', () => resolve())),
  ])
}
