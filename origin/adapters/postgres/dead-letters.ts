import type { Pool } from 'pg'
import type { Event } from '../../../shared/events/event.ts'
import type { DeadLetter, DeadLetters } from '../../ports/dead-letters.ts'
import { answered } from './failure.ts'

interface Row {
  readonly id: string
  readonly group_name: string
  readonly partition: number
  readonly key: string
  readonly event_id: string
  readonly event_xid: string
  readonly event: Event
  readonly error: string
  readonly attempts: number
  readonly created_at: Date
  readonly replayed_at: Date | null
}

const BURY = `
  insert into dead_letters (group_name, partition, key, event_id, event_xid, event, error, attempts)
  select $1, $2, $3, $4, $5, $6, $7, $8
  where not exists (
    select from dead_letters where group_name = $1 and event_id = $4 and replayed_at is null
  )`

const LIST = `
  select * from dead_letters
  where replayed_at is null and id > $1 and ($2::text is null or group_name = $2)
  order by id limit $3`

/** An error's words are for operators; a stack trace of megabytes is not. */
const ERROR_CHARACTERS_MAX = 2_000

export function postgresDeadLetters(pool: Pool): DeadLetters {
  return {
    async bury({ group, partition, event, error, attempts }) {
      await answered(
        pool.query(BURY, [
          group,
          partition,
          event.key,
          event.id,
          String(event.xid),
          JSON.stringify(event.event),
          error.slice(0, ERROR_CHARACTERS_MAX),
          attempts,
        ]),
      )
    },
    async list({ group, after, limit }) {
      const { rows } = await answered(pool.query<Row>(LIST, [after ?? '0', group ?? null, limit]))
      return rows.map(letterOf)
    },
    async find(id) {
      const { rows } = await answered(
        pool.query<Row>('select * from dead_letters where id = $1', [id]),
      )
      return rows[0] === undefined ? undefined : letterOf(rows[0])
    },
    async markReplayed(id) {
      await answered(
        pool.query(
          'update dead_letters set replayed_at = clock_timestamp() where id = $1 and replayed_at is null',
          [id],
        ),
      )
    },
  }
}

const letterOf = (row: Row): DeadLetter => ({
  id: row.id,
  group: row.group_name,
  partition: row.partition,
  event: {
    id: row.event_id,
    xid: Number(row.event_xid),
    key: row.key,
    atMs: row.created_at.getTime(),
    event: row.event,
  },
  error: row.error,
  attempts: row.attempts,
  createdAtMs: row.created_at.getTime(),
  replayedAtMs: row.replayed_at?.getTime(),
})
