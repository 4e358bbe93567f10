import { setTimeout as delay } from 'node:timers/promises'
import { REQUESTS_IN_FLIGHT_MAX } from '../../../shared/limits.ts'
import type { OriginProcess } from '../faulty-stack.ts'
import { startLoad, type LoadReport } from '../load/load.ts'
import type { Row } from '../row.ts'

const TIMES_CAPACITY = 3
const AFTER_SHARE = 0.5
const GOODPUT_MIN = 0.9
const P99_RATIO_MAX = 3
const RECOVERY_MS_MAX = 10_000
const RETRIES_RATIO_MAX = 1.1
/** What each answer under way may hold, beside what the process had at capacity. */
const MEMORY_BYTES_MAX = 256 * 1024 * 1024
const LOOK_EVERY_MS = 500

/**
 * What a client gets that asks for nothing in particular. An edge has no ranked first page: of what it cannot
 * answer by itself, most are these.
 */
const FEED = '/v1/feed'
/** A first pass fills lists, a second one finds what it filled; one is refused where too many lists are absent. */
const WARM_PASSES = 3

export interface Overload {
  readonly origin: OriginProcess
  /** Of those who read. */
  readonly bearers: readonly string[]
  /** Enough that the process is never without work, few enough that nobody is sent away. */
  readonly atOnce: number
  readonly calibrationMs: number
  readonly overloadMs: number
  readonly isTimed: boolean
}

/**
 * Three times as many reads come as the origin can answer. How many it can is measured first, in the same
 * run: by connections that send when they were answered, then by arrivals at that rate.
 */
export async function overload({
  origin,
  bearers,
  atOnce,
  calibrationMs,
  overloadMs,
  isTimed,
}: Overload): Promise<Row> {
  const { port } = origin
  const pageOf = (bearer: string) =>
    fetch(`http://127.0.0.1:${port}${FEED}`, { headers: { authorization: `Bearer ${bearer}` } })
  for (let pass = 0; pass < WARM_PASSES; pass += 1) {
    for (const bearer of bearers) await (await pageOf(bearer)).arrayBuffer()
  }
  await using load = startLoad()
  const requests = bearers.map(
    (bearer) =>
      `GET ${FEED} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${bearer}\r\n\r\n`,
  )
  const connectionsMax = 2 * REQUESTS_IN_FLIGHT_MAX
  const send = (perSecond: number, durationMs: number) =>
    load.run({ port, requests, perSecond, connectionsMax, durationMs })
  const inTurns = (durationMs: number) =>
    load.run({ port, requests, connectionsMax: atOnce, durationMs })

  // Code that has just been loaded is slower.
  await inTurns(calibrationMs)
  const { goodPerSecond: capacity } = await inTurns(calibrationMs)
  const at = await measured(origin, () => send(capacity, calibrationMs))
  const over = await measured(origin, () => send(TIMES_CAPACITY * capacity, overloadMs))
  const after = await send(AFTER_SHARE * capacity, calibrationMs)

  const peak = Math.max(capacity, at.report.goodPerSecond)
  const goodput = over.report.goodPerSecond / peak
  const p99Ratio = over.report.p99Ms / at.report.p99Ms
  const asked = over.requests / over.report.arrivals
  const grownBytes = over.memoryBytes - at.memoryBytes
  const problems: string[] = []
  for (const { report } of [at, over]) {
    if (report.failed > 0) problems.push(`${report.failed} answers were neither good nor shed`)
    if (report.shedWithoutRetryAfter > 0) problems.push('shed without Retry-After')
  }
  if (over.report.shed === 0) problems.push('nothing was shed: there was no overload')
  if (asked > RETRIES_RATIO_MAX) problems.push(`asked ${asked.toFixed(2)} times for each arrival`)
  if (grownBytes > MEMORY_BYTES_MAX) problems.push(`grew by ${megabytes(grownBytes)} MB`)
  if (isTimed) {
    if (goodput < GOODPUT_MIN) problems.push(`goodput ${goodput.toFixed(2)} of the peak`)
    if (p99Ratio > P99_RATIO_MAX) problems.push(`p99 ${p99Ratio.toFixed(1)} times as long`)
    if (after.lastRefusedMs > RECOVERY_MS_MAX) problems.push('not recovered')
  }
  for (const bearer of bearers) {
    const page = await pageOf(bearer)
    await page.arrayBuffer()
    if (page.status !== 200) problems.push(`${page.status} after the overload`)
  }
  return {
    run: 'overload',
    found: {
      'capacity a second': Math.round(capacity),
      'good at capacity': Math.round(at.report.goodPerSecond),
      'good at 3 times': Math.round(over.report.goodPerSecond),
      'of peak': goodput.toFixed(2),
      'of peak, by CPU': (over.goodPerCpuSecond / at.goodPerCpuSecond).toFixed(2),
      'p99 ms at capacity': Math.round(at.report.p99Ms),
      'p99 ms at 3 times': Math.round(over.report.p99Ms),
      shed: over.report.shed,
      unsent: over.report.unsent,
      arrivals: over.report.arrivals,
      'load late by ms': Math.round(over.report.lateMs),
      'recovery ms': Math.round(after.lastRefusedMs),
      'grown MB': megabytes(grownBytes),
    },
    problems,
  }
}

const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024)

interface Measured {
  readonly report: LoadReport
  readonly goodPerCpuSecond: number
  readonly memoryBytes: number
  /** That the origin saw. */
  readonly requests: number
}

/** What the process says of itself, before, meanwhile and after. */
async function measured(origin: OriginProcess, run: () => Promise<LoadReport>): Promise<Measured> {
  const before = await metricsOf(origin)
  const ending = new AbortController()
  let memoryBytes = 0
  const looking = (async () => {
    while (!ending.signal.aborted) {
      memoryBytes = Math.max(memoryBytes, (await metricsOf(origin)).memoryBytes)
      await delay(LOOK_EVERY_MS)
    }
  })()
  const report = await run()
  ending.abort()
  await looking
  const after = await metricsOf(origin)
  return {
    report,
    memoryBytes,
    goodPerCpuSecond: report.good / (after.cpuSeconds - before.cpuSeconds),
    requests: after.requests - before.requests,
  }
}

async function metricsOf({ adminUrl }: OriginProcess) {
  const text = await (await fetch(`${adminUrl}/metrics`)).text()
  const sum = (name: string) =>
    [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? ([0-9.e+]+)$`, 'gm'))].reduce(
      (all, [, value]) => all + Number(value),
      0,
    )
  return {
    memoryBytes: sum('process_resident_memory_bytes'),
    cpuSeconds: sum('process_cpu_seconds_total'),
    requests: sum('http_request_duration_seconds_count') + sum('http_requests_refused_total'),
  }
}
