import pg from 'pg'
import type { Tick } from '../../../shared/events/tick.ts'
import { horizonOfSnapshot } from '../../../shared/horizon.ts'
import { LEADER_GOODBYE_MS, LEADER_IDLE_MS, POSTGRES_DEADLINE_MS } from '../../../shared/limits.ts'
import type { Leadership, LeaderSession } from '../../ports/leadership.ts'
import { EPOCH } from './epoch.ts'
import { answered } from './failure.ts'
import { guardedSocket } from './guarded-socket.ts'
import { dropPartitions, makePartitions } from './outbox-partitions.ts'

export interface LeadershipOptions {
  /** The number of the advisory lock. */
  readonly lock: number
  /** Old partitions stay this long. */
  readonly keepMs?: number
}

/** Terms of a later epoch are higher, although its sequence may begin lower. */
const TERMS_PER_EPOCH = 1_000_000_000

const TAKE_OFFICE = `
  select ${EPOCH} as epoch, nextval('leader_term_sequence') as term,
    (select coalesce(max(n), 0) from ticks) as tick`

/** `statement_timestamp()` is from before the snapshot of the statement; `clock_timestamp()` would be from after it. */
const TICK = `
  insert into ticks (n, at, horizon)
  values ($1, statement_timestamp(), ${EPOCH} || ':' || pg_current_snapshot()::text)
  returning floor(extract(epoch from at) * 1000)::bigint as at_ms, horizon`

const RESERVE = `
  update invalidation_log_numbers set next = greatest(next, $2 + 1) + $1 returning next - $1 as first`

/** The lock belongs to one connection, and ends with it. */
export function postgresLeadership(url: string, { lock, keepMs }: LeadershipOptions): Leadership {
  async function tryLead(): Promise<LeaderSession | undefined> {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'headwater-leader',
      connectionTimeoutMillis: POSTGRES_DEADLINE_MS,
      statement_timeout: POSTGRES_DEADLINE_MS,
      query_timeout: POSTGRES_DEADLINE_MS,
      keepAlive: true,
      stream: guardedSocket,
    })
    const lost = new AbortController()
    client.on('error', () => lost.abort())
    client.on('end', () => lost.abort())
    try {
      await client.connect()
      // A leader that is cut off asks nothing; its lock must not outlive it for the hours that TCP takes.
      await client.query(`set idle_session_timeout = ${LEADER_IDLE_MS}`)
      const locked = await client.query<{ locked: boolean }>(
        'select pg_try_advisory_lock($1) as locked',
        [lock],
      )
      if (locked.rows[0]?.locked === true) return await takeOffice(client, lost, keepMs)
      await end(client)
      return undefined
    } catch (error) {
      await end(client)
      throw error
    }
  }

  return { tryLead: () => answered(tryLead()) }
}

async function takeOffice(
  client: pg.Client,
  lost: AbortController,
  keepMs: number | undefined,
): Promise<LeaderSession> {
  const { rows } = await client.query<{ epoch: number; term: string; tick: string }>(TAKE_OFFICE)
  const [office] = rows
  if (office === undefined) throw new TypeError('an office without a row')
  let lastTick = Number(office.tick)

  let turn: Promise<unknown> = Promise.resolve()

  /** One after another: a statement must not slip into the transaction of another task. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = turn.then(() => answered(work()))
    turn = done.catch(() => undefined)
    return done
  }

  /** After a failure nobody knows what was done: the session ends, and another one begins. */
  const orLost = <T>(work: () => Promise<T>): Promise<T> =>
    inTurn(work).catch((error: unknown) => {
      lost.abort()
      throw error
    })

  return {
    term: office.epoch * TERMS_PER_EPOCH + Number(office.term),
    epoch: office.epoch,
    lost: lost.signal,
    tick: () =>
      orLost(async (): Promise<Tick> => {
        const n = lastTick + 1
        const made = await client.query<{ at_ms: string; horizon: string }>(TICK, [n])
        const [row] = made.rows
        if (row === undefined) throw new TypeError('a tick without a row')
        lastTick = n
        const [epoch = '', ...snapshot] = row.horizon.split(':')
        const horizon = horizonOfSnapshot(Number(epoch), snapshot.join(':'))
        return { n, horizon, atMs: Number(row.at_ms) }
      }),
    reserveNumbers: (count, above) =>
      orLost(async () => {
        const reserved = await client.query<{ first: string }>(RESERVE, [count, above])
        return Number(reserved.rows[0]?.first)
      }),
    keepPartitions: () =>
      inTurn(async () => ({
        made: await makePartitions(client),
        dropped: await dropPartitions(client, keepMs),
      })),
    async [Symbol.asyncDispose]() {
      lost.abort()
      await end(client)
    },
  }
}

/** A server that is cut off never says goodbye. What is left of it ends by its idle timeout. */
async function end(client: pg.Client): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, LEADER_GOODBYE_MS)
  })
  await Promise.race([client.end(), late])
  clearTimeout(timer)
}
