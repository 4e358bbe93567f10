import { connect } from 'node:net'
import { answersOf, type Protocol } from './wire.ts'

/** A bounded run of requests: each connection has one under way, and sends the next when it was answered. */
export interface LoadOrder {
  readonly port: number
  readonly protocol: Protocol
  /** Whole requests as text; connections take them in turns. */
  readonly requests: readonly string[]
  readonly connections: number
  readonly durationMs: number
}

export interface LoadReport {
  readonly answers: number
  /** Anything but a 2xx. */
  readonly failures: number
  readonly perSecond: number
  readonly p50Us: number
  readonly p99Us: number
  readonly maxUs: number
}

/** Started by fork: an order comes as a message, its report goes back as one. */
process.on('message', (order: LoadOrder) => {
  void run(order).then((report) => process.send?.(report))
})

async function run(order: LoadOrder): Promise<LoadReport> {
  const latenciesMs: number[] = []
  const startedAt = performance.now()
  const endsAt = startedAt + order.durationMs
  let failures = 0
  let next = 0

  await Promise.all(
    Array.from(
      { length: order.connections },
      () =>
        new Promise<void>((resolve, reject) => {
          const socket = connect({ port: order.port, host: '127.0.0.1', noDelay: true })
          let sentAt = 0
          const send = () => {
            const request = order.requests[next % order.requests.length] ?? ''
            next += 1
            sentAt = performance.now()
            socket.write(request)
          }
          const read = answersOf(order.protocol, (isGood) => {
            const now = performance.now()
            latenciesMs.push(now - sentAt)
            if (!isGood) failures += 1
            if (now < endsAt) send()
            else socket.end()
          })
          socket.on('data', read)
          socket.once('connect', send)
          socket.once('error', reject)
          socket.once('close', () => {
            if (performance.now() < endsAt) reject(new Error('the server closed a connection'))
            else resolve()
          })
        }),
    ),
  )
  const elapsedMs = performance.now() - startedAt
  const sorted = Float64Array.from(latenciesMs).sort()
  const quantileUs = (share: number) =>
    1000 * (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN)
  return {
    answers: sorted.length,
    failures,
    perSecond: (1000 * sorted.length) / elapsedMs,
    p50Us: quantileUs(0.5),
    p99Us: quantileUs(0.99),
    maxUs: quantileUs(1),
  }
}
