import pg from 'pg'
import { guardedSocket } from './guarded-socket.ts'

export interface PoolOptions {
  /** Connections at once; further queries wait in line. */
  readonly max: number
  readonly statementTimeoutMs: number
  /** Shown in pg_stat_activity: who holds a lock. */
  readonly applicationName: string
  /** Of a connection that broke while nobody used it. Without a listener Node would end the process. */
  readonly onIdleFailure?: (error: Error) => void
}

/** The client gives up a little after the server should have: it is there for a server that hangs. */
const SERVER_GRACE_MS = 500

export function postgresPool(url: string, options: PoolOptions): pg.Pool {
  const { max, statementTimeoutMs, applicationName, onIdleFailure } = options
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: applicationName,
    connectionTimeoutMillis: statementTimeoutMs,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + SERVER_GRACE_MS,
    keepAlive: true,
    stream: guardedSocket,
  })
  pool.on('error', (error) => onIdleFailure?.(error))
  return pool
}
