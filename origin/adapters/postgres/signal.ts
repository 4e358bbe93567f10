import pg from 'pg'
import {
  POSTGRES_DEADLINE_MS,
  SIGNAL_EVERY_MS,
  SIGNAL_RECONNECT_MS,
} from '../../../shared/limits.ts'
import type { Signal } from '../../ports/signal.ts'
import { guardedSocket } from './guarded-socket.ts'

const CHANNEL = 'headwater_outbox'

/**
 * NOTIFY on a connection of its own, after the commit and at most every 10 ms: inside the transaction it
 * would take a lock that all committers share, and halve their rate.
 */
export function postgresSignal(url: string, onFailure: (error: unknown) => void): Signal {
  const listeners = new Set<() => void>()
  const closing = new AbortController()
  let client: pg.Client | undefined
  let reconnecting: NodeJS.Timeout | undefined
  let pending: NodeJS.Timeout | undefined
  let isRaisedAgain = false
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

  /** Under load each listener would look for every single write: one look takes in all of some milliseconds. */
  function notify(): void {
    pending = undefined
    client?.query(`notify ${CHANNEL}`).catch(onFailure)
    if (isRaisedAgain) raise()
  }

  function raise(): void {
    isRaisedAgain = pending !== undefined
    if (isRaisedAgain) return
    wake()
    pending = setTimeout(notify, SIGNAL_EVERY_MS)
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
      clearTimeout(pending)
      await connected
      await client?.end()
    },
  }
}
