import pg from 'pg'
import {
  POSTGRES_DEADLINE_MS,
  SIGNAL_EVERY_MS,
  SIGNAL_RECONNECT_MS,
  SIGNALS_ALONE_MAX,
} from '../../../shared/limits.ts'
import type { Signal } from '../../ports/signal.ts'
import { guardedSocket } from './guarded-socket.ts'

const CHANNEL = 'headwater_outbox'

/**
 * NOTIFY on a connection of its own, after the commit and seldom: inside the transaction it would take a lock
 * that all committers share, and halve their rate.
 *
 * What is raised alone is told at once. Of what is raised without end, listeners would look for every single
 * write; there one look takes in all of 10 ms.
 */
export function postgresSignal(url: string, onFailure: (error: unknown) => void): Signal {
  const listeners = new Set<() => void>()
  const closing = new AbortController()
  let client: pg.Client | undefined
  let reconnecting: NodeJS.Timeout | undefined
  /** Runs for as long as something was raised a moment ago. */
  let span: NodeJS.Timeout | undefined
  let raisedInSpan = 0
  let isBusy = false
  let isUntoldHere = false
  let isUntoldElsewhere = false
  let backend: number | undefined

  const wake = () => {
    for (const listener of listeners) listener()
  }

  async function connect(): Promise<void> {
    const next = new pg.Client({
      connectionString: url,
      application_name: 'headwater-signal',
      connectionTimeoutMillis: POSTGRES_DEADLINE_MS,
      query_timeout: POSTGRES_DEADLINE_MS,
      keepAlive: true,
      stream: guardedSocket,
    })
    next.on('notification', ({ processId }) => {
      // Listeners in this process were woken when it was raised.
      if (processId !== backend) wake()
    })
    next.on('error', (error) => lost(next, error))
    next.on('end', () => lost(next, new Error('the signal connection ended')))
    try {
      await next.connect()
      const { rows } = await next.query<{ pid: number }>('select pg_backend_pid() as pid')
      backend = rows[0]?.pid
      await next.query(`listen ${CHANNEL}`)
      if (closing.signal.aborted) return await next.end()
      client = next
      // What was signalled while nobody listened is looked for now.
      wake()
    } catch (error) {
      lost(next, error)
    }
  }

  /** Once a connection, whichever of its events comes first. */
  function lost(broken: pg.Client, error: unknown): void {
    if (client === broken) client = undefined
    if (closing.signal.aborted || reconnecting !== undefined || client !== undefined) return
    onFailure(error)
    broken.end().catch(onFailure)
    reconnecting = setTimeout(() => {
      reconnecting = undefined
      void connect()
    }, SIGNAL_RECONNECT_MS)
  }

  function notify(): void {
    isUntoldElsewhere = false
    client?.query(`notify ${CHANNEL}`).catch(onFailure)
  }

  function raise(): void {
    raisedInSpan += 1
    isUntoldElsewhere = true
    if (isBusy || raisedInSpan > SIGNALS_ALONE_MAX) isUntoldHere = true
    else wake()
    if (span !== undefined) return
    notify()
    span = setTimeout(endSpan, SIGNAL_EVERY_MS)
  }

  function endSpan(): void {
    isBusy = raisedInSpan > SIGNALS_ALONE_MAX
    span = raisedInSpan === 0 ? undefined : setTimeout(endSpan, SIGNAL_EVERY_MS)
    raisedInSpan = 0
    if (isUntoldElsewhere) notify()
    if (!isUntoldHere) return
    isUntoldHere = false
    wake()
  }

  const connected = connect()
  return {
    raise,
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      clearTimeout(reconnecting)
      clearTimeout(span)
      await connected
      await client?.end()
    },
  }
}
