import { describe, expect, it } from 'vitest'
import { openLoop } from '../../../scripts/replay/open-loop.ts'
import { chart, sparkline } from '../../../scripts/replay/chart.ts'
import { htmlOf } from '../../../scripts/replay/html.ts'
import { IN_FLIGHT_MAX } from '../../../scripts/replay/limits.ts'
import { measures, quantile } from '../../../scripts/replay/measure.ts'
import { burstSchedule, traceSchedule, type Action } from '../../../scripts/replay/schedule.ts'
import { cacheRatios, samplesOf } from '../../../scripts/replay/scrape.ts'
import { summaryOf } from '../../../scripts/replay/summary.ts'

describe('a schedule', () => {
  const events = [0, 100, 200, 3_600].map((atSeconds) => ({ atSeconds, actor: `a${atSeconds}` }))

  it('lets each actor read a few seconds before it acts', () => {
    const actions = traceSchedule(events, { speed: 10, fromSeconds: 100, lengthMs: 60_000 })
    expect(actions.map(({ kind, actor }) => `${kind} ${actor}`)).toEqual([
      'read a100',
      'post a100',
      'read a200',
      'post a200',
    ])
    const [, first, read, second] = actions
    expect([first?.atMs, second?.atMs]).toEqual([0, 10_000])
    expect(10_000 - (read?.atMs ?? 0)).toBeGreaterThanOrEqual(200)
    expect(10_000 - (read?.atMs ?? 0)).toBeLessThan(800)
  })

  it('of a burst posts ten times a second while each reader reads once a minute', () => {
    const readers = Array.from({ length: 120 }, (_, at) => `r${at}`)
    const actions = burstSchedule('star', readers, 30_000)
    expect(actions.filter(({ kind }) => kind === 'post')).toHaveLength(300)
    expect(actions.filter(({ kind }) => kind === 'read')).toHaveLength(60)
    expect(actions.every(({ atMs }, at) => at === 0 || atMs >= (actions[at - 1]?.atMs ?? 0))).toBe(
      true,
    )
  })
})

describe('an open loop', () => {
  it('begins what is due while others still wait for their answers, up to its bound', async () => {
    const actions = Array.from({ length: IN_FLIGHT_MAX + 5 }, (): Action => ({
      atMs: 0,
      kind: 'read',
      actor: 'a',
    }))
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
    let begun = 0
    const loop = openLoop(
      () => {
        begun += 1
        return answered
      },
      () => 0,
    )
    const running = loop.run(actions, new AbortController().signal)
    expect([begun, loop.waiting()]).toEqual([IN_FLIGHT_MAX, 5])
    answer()
    await running
    expect([begun, loop.waiting(), loop.shed()]).toEqual([actions.length, 0, 0])
  })

  it('drops what waits when it is told to end', async () => {
    const ending = new AbortController()
    ending.abort()
    const loop = openLoop(
      () => Promise.reject(new Error('begun')),
      () => 0,
    )
    await loop.run([{ atMs: 5, kind: 'read', actor: 'a' }], ending.signal)
    expect(loop.waiting()).toBe(0)
  })
})

describe('what is told', () => {
  let clock = 0
  const measured = measures(() => clock)
  measured.read('feed', 'l2', 10)
  measured.read('feed', 'origin', 30)
  measured.read('post', 'l1', 1)
  clock = 1_500
  measured.posted(5)
  measured.saw('push', 120)
  measured.labelled('complete')
  measured.failed('read: 503 <OVERLOADED>')

  const summary = summaryOf({
    title: 'A test & more',
    seconds: 2,
    measures: measured,
    checks: { tally: { checked: 2, wrong: 1, unchecked: 0 }, faults: ['viewer 7: a <fault>'] },
    ratios: [{ layer: 'redis', kind: 'post', hits: 3, reads: 4 }],
    delivered: 1,
    entries: 40,
    shed: 0,
    foreign: 0,
    strangers: 0,
  })

  it('keeps feed pages apart from shared fragments', () => {
    const rows = Object.fromEntries(summary.rows)
    expect(rows['feed pages served by']).toBe('l2 50.00 % (1), origin 50.00 % (1)')
    expect(rows['single posts served by']).toBe('l1 100.00 % (1)')
    expect(rows['origin’s redis, post']).toBe('75.0 % of 4 hit')
    expect(rows['list entries delivered']).toBe('40 (20.0/s)')
    expect(rows['post to visible']).toBe('p50 120 ms, p99 120 ms, max 120 ms (of 1)')
    expect(rows['pages wrong']).toBe('1')
  })

  it('is one page of its own, with nothing unescaped in it', () => {
    const html = htmlOf(summary, measured)
    expect(html).toContain('A test &amp; more')
    expect(html).toContain('503 &lt;OVERLOADED>')
    expect(html.match(/<svg /g)).toHaveLength(3)
    expect(html).not.toMatch(/https?:|NaN|undefined|<script/)
  })

  it('is drawn over itself in a terminal, and in lines elsewhere', () => {
    for (const isLive of [true, false]) {
      let text = ''
      const picture = chart({ isLive, write: (words) => (text += words) })
      const now = { measures: measured, checked: 2, wrong: 1, waiting: 0, progress: 0.5 }
      picture.draw(now)
      picture.draw(now)
      expect(text.includes('\u001b[5A')).toBe(isLive)
      expect(text.match(/2 checked, 1 wrong/g)).toHaveLength(isLive ? 2 : 1)
    }
    expect(sparkline([0, 5, 10]).trimEnd()).toBe('▁▅█')
  })
})

describe('numbers', () => {
  it('are quantiles by nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, at) => 100 - at)
    expect([0.5, 0.99, 1].map((share) => quantile(values, share))).toEqual([50, 99, 100])
    expect(quantile([], 0.5)).toBeNaN()
  })

  it('of caches are those of the replay, not of the process', () => {
    const before = samplesOf('cache_reads_total{layer="redis",kind="post",result="hit"} 10\n')
    const after = samplesOf(
      'cache_reads_total{layer="redis",kind="post",result="hit"} 13\n# HELP x\n' +
        'cache_reads_total{layer="redis",kind="post",result="miss"} 1\n',
    )
    expect(cacheRatios(before, after)).toEqual([
      { layer: 'redis', kind: 'post', hits: 3, reads: 4 },
    ])
  })
})
