import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { percentile } from '../open-loop.ts'
import { answerEnds } from '../../support/answer-ends.ts'
import { seenIn, type Seen } from './seen.ts'

/** Requests at a rate, whatever comes back, from a process of its own; or so many at once, in turns. */
export interface LoadOrder {
  readonly port: number
  /** Whole requests as text, sent in turns. */
  readonly requests: readonly string[]
  /** Absent: each connection sends the next one when it was answered. */
  readonly perSecond?: number
  /** Connections, made before, each with one request under way: beyond, an arrival is given up before it is sent. */
  readonly connectionsMax: number
  readonly durationMs: number
}

export interface LoadReport {
  readonly seconds: number
  readonly arrivals: number
  readonly good: number
  /** 503, to come back later. */
  readonly shed: number
  readonly shedWithoutRetryAfter: number
  /** Anything else, and connections that broke. */
  readonly failed: number
  readonly unsent: number
  readonly goodPerSecond: number
  /** Of good answers, from when they were due. */
  readonly p50Ms: number
  readonly p99Ms: number
  /** The longest that this process itself had no time: waiting that nobody else is to blame for. */
  readonly lateMs: number
  /** When the last arrival was due that was not answered well. */
  readonly lastRefusedMs: number
}

process.on('message', (order: LoadOrder) => {
  void run(order).then((report) => process.send?.(report))
})

/** How often due arrivals, and answers, are looked for. */
const LOOK_EVERY_MS = 2
/** What is under way at the end is waited for. */
const LAST_ANSWER_MS_MAX = 10_000

interface Line {
  readonly socket: Socket
  dueAt: number | undefined
}

async function run(order: LoadOrder): Promise<LoadReport> {
  const { port, requests, perSecond, connectionsMax, durationMs } = order
  const count = { good: 0, shed: 0, shedWithoutRetryAfter: 0, failed: 0, unsent: 0 }
  const latencies: number[] = []
  const free: Line[] = []
  const lines = new Set<Line>()
  let startedAt = performance.now()
  let arrivals = 0
  let lastRefusedAt = startedAt
  let lateMs = 0

  function refused(dueAt: number): void {
    lastRefusedAt = Math.max(lastRefusedAt, dueAt)
  }

  function end(line: Line, seen: Seen): void {
    const dueAt = line.dueAt ?? startedAt
    line.dueAt = undefined
    if (seen.status >= 200 && seen.status < 300) {
      count.good += 1
      latencies.push(performance.now() - dueAt)
    } else {
      refused(dueAt)
      if (seen.status === 503) count.shed += 1
      else count.failed += 1
      if (seen.status === 503 && !seen.hasRetryAfter) count.shedWithoutRetryAfter += 1
    }
    if (seen.closes) line.socket.end()
    else if (perSecond !== undefined) free.push(line)
    else if (performance.now() < startedAt + durationMs) send(line, performance.now())
  }

  async function open(): Promise<Line> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const line: Line = { socket, dueAt: undefined }
    await once(socket, 'connect')
    lines.add(line)
    const take = answerEnds((head) => end(line, seenIn(head)))
    socket.on('data', take)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      lines.delete(line)
      const at = free.indexOf(line)
      if (at >= 0) free.splice(at, 1)
      if (line.dueAt === undefined) return
      count.failed += 1
      refused(line.dueAt)
      line.dueAt = undefined
    })
    return line
  }

  function send(line: Line, dueAt: number): void {
    arrivals += 1
    line.dueAt = dueAt
    line.socket.write(requests[arrivals % requests.length] ?? '')
  }

  // As those before an origin keep them: an arrival that has to connect first waits in the kernel, where no
  // process can send it away.
  for (let nth = 0; nth < connectionsMax; nth += 1) free.push(await open())
  startedAt = performance.now()
  lastRefusedAt = startedAt
  let lookedAt = startedAt
  if (perSecond === undefined) {
    for (const line of free.splice(0)) send(line, performance.now())
    while (performance.now() < startedAt + durationMs) await nap()
  } else {
    for (let sent = 0; performance.now() < startedAt + durationMs;) {
      const now = performance.now()
      lateMs = Math.max(lateMs, now - lookedAt - LOOK_EVERY_MS)
      lookedAt = now
      const due = Math.floor(((now - startedAt) * perSecond) / 1_000)
      for (; sent < due; sent += 1) {
        const dueAt = startedAt + (sent * 1_000) / perSecond
        // In turns, so that none of them is idle for long enough to be closed.
        const line = free.shift()
        if (line !== undefined) {
          send(line, dueAt)
          continue
        }
        arrivals += 1
        count.unsent += 1
        refused(dueAt)
      }
      await nap()
    }
  }
  const elapsedMs = performance.now() - startedAt
  const goodInTime = count.good
  const until = performance.now() + LAST_ANSWER_MS_MAX
  while ([...lines].some(({ dueAt }) => dueAt !== undefined) && performance.now() < until) {
    await nap()
  }
  for (const { socket } of lines) socket.destroy()
  return {
    ...count,
    arrivals,
    seconds: elapsedMs / 1_000,
    goodPerSecond: (goodInTime * 1_000) / elapsedMs,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    lateMs,
    lastRefusedMs: lastRefusedAt - startedAt,
  }
}

const asleep = new Int32Array(new SharedArrayBuffer(4))

/**
 * Sleeps where no answer wakes it, and then takes all that came. On one machine it is the server that would pay
 * for each waking of its client: in a virtual machine that is as much as a refusal costs by itself.
 */
async function nap(): Promise<void> {
  Atomics.wait(asleep, 0, 0, LOOK_EVERY_MS)
  await turn()
}
