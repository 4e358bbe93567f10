import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { peopleOf } from '../../scripts/replay/people.ts'
import { caughtUp, runReplay, type RunningStack } from '../../scripts/replay/run-replay.ts'
import { burstSchedule, traceSchedule, type Action } from '../../scripts/replay/schedule.ts'
import { readTrace } from '../../scripts/replay/trace.ts'
import { someReaders, viralAuthor } from '../../scripts/replay/viral.ts'
import type { UserId } from '../../shared/ids.ts'
import { startStack, type TestStack } from '../support/stack.ts'
import { until } from '../support/until.ts'

let stack: TestStack
let pool: pg.Pool
beforeAll(async () => {
  stack = await startStack()
  pool = new pg.Pool({ connectionString: stack.databaseUrl, max: 1 })
  await pool.query('update users set external_id = handle')
  // The first reads of a new stack compile and warm: they are not what is measured here.
  const bearer = await stack.tokenFor(stack.sampleViewer)
  const headers = { authorization: `Bearer ${bearer}` }
  await until(
    async () => (await fetch(`${stack.edgeUrl}/v1/feed?mode=latest`, { headers })).ok,
    30_000,
  )
}, 180_000)
afterAll(async () => {
  await pool.end()
  await stack[Symbol.asyncDispose]()
})

const running = (): RunningStack => ({
  edgeUrl: stack.edgeUrl,
  adminUrl: stack.adminUrl,
  databaseUrl: stack.databaseUrl,
  bearerOf: (user) => stack.tokenFor(user),
})

async function played(
  title: string,
  actions: readonly Action[],
  users: ReadonlyMap<string, UserId>,
) {
  const htmlFile = path.join(inject('runFolder'), `${crypto.randomUUID()}.html`)
  const summary = await runReplay(
    { title, actions, users, texts: ['a', 'b'], htmlFile },
    running(),
    {
      terminal: { isLive: false, write: () => undefined },
      signal: new AbortController().signal,
    },
  )
  expect(await readFile(htmlFile, 'utf8')).toContain(title)
  const rows = new Map(summary.rows)
  const number = (name: string) => Number.parseInt(rows.get(name) ?? '', 10)
  // A machine that is busy with other work refuses some, in words; nothing else may go wrong.
  const errors = rows.get('errors') === 'none' ? [] : (rows.get('errors') ?? '').split(', ')
  expect(errors.filter((error) => !/^(read|post): 503 /.test(error))).toEqual([])
  expect(summary.faults).toEqual([])
  expect(number('pages wrong')).toBe(0)
  expect(number('pages checked against the oracle')).toBeGreaterThan(0)
  return { number, failed: errors.map((error) => Number(/\((\d+)\)$/.exec(error)?.[1])) }
}

describe('a replay', { timeout: 180_000 }, () => {
  it('plays a trace at the edge, and finds every page as the oracle has it', async () => {
    const { rows: people } = await pool.query<{ handle: string }>(
      `select handle from users join user_counts on user_id = id
       where followers between 20 and 250 order by handle limit 10`,
    )
    const file = path.join(inject('runFolder'), 'trace.tsv')
    const lines = people.flatMap(({ handle }, at) => [
      `${1_341_100_000 + at}\t${handle}\tx\tRT`,
      `${1_341_100_020 + at}\t${handle}\tx\tMT`,
    ])
    await writeFile(
      file,
      ['#t(unix s)\tactor\ttarget\ttype', ...lines, '1341100030\tnobody\tx\tRE'].join('\n'),
    )
    const events = await readTrace(file)
    const pace = { speed: 5, fromSeconds: 0, lengthMs: 60_000 }
    const users = await peopleOf(
      pool,
      events.map(({ actor }) => actor),
    )
    const { number, failed } = await played('A tiny trace', traceSchedule(events, pace), users)

    const done = number('posts') + failed.reduce((sum, count) => sum + count, 0)
    expect(done).toBeGreaterThanOrEqual(20)
    expect(number('posts delivered')).toBeGreaterThanOrEqual(number('posts'))
    expect(number('actors that were not imported')).toBe(1)
  })

  it('makes an author whom everybody follows, and reads beside its burst', async () => {
    const author = await viralAuthor(pool, () => undefined)
    expect(
      (await pool.query('select from follows where followee_id = $1', [author])).rowCount,
    ).toBe(2_000)
    // Found as it was: nobody is left who could follow.
    expect(await viralAuthor(pool, () => undefined)).toBe(author)
    await caughtUp(stack.adminUrl)
    const readers = await someReaders(pool, author, 120)
    const users = new Map([author, ...readers].map((user) => [user as string, user]))
    const { number } = await played('A burst', burstSchedule(author, readers, 5_000), users)

    expect(number('posts')).toBeGreaterThan(0)
    expect(number('feed pages read')).toBeGreaterThan(0)
  })
})
