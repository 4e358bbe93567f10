import type { Pool } from 'pg'
import type { EventOf } from '../../../shared/events/event.ts'
import { userId, type UserId } from '../../../shared/ids.ts'
import { logPartitionOf } from '../../../shared/keys.ts'
import type { Subjects } from '../../ports/subjects.ts'
import { answered } from './failure.ts'

export function postgresSubjects(pool: Pool): Subjects {
  async function find(externalId: string): Promise<UserId | undefined> {
    const { rows } = await pool.query<{ id: string }>({
      name: 'find-subject',
      text: 'select id from users where external_id = $1',
      values: [externalId],
    })
    const [row] = rows
    return row === undefined ? undefined : userId(row.id)
  }

  async function create(externalId: string): Promise<UserId> {
    const minted = await pool.query<{ id: string }>('select mint_user_id() as id')
    const user = userId(minted.rows[0]?.id ?? '')
    const event: EventOf<'user.changed'> = { type: 'user.changed', user, version: 1 }
    // The handle is the id until its owner chooses one: a product's id may be a mail address.
    const made = await pool.query(
      `with made as (
         insert into users (id, handle, name, external_id)
         values ($1::bigint, 'user_' || $1::text, 'user_' || $1::text, $2)
         on conflict (external_id) do nothing returning id
       )
       insert into outbox (partition, key, event) select $3, $1::text, $4 from made`,
      [user, externalId, logPartitionOf(user), JSON.stringify(event)],
    )
    if (made.rowCount === 1) return user
    const earlier = await find(externalId)
    if (earlier === undefined) throw new TypeError('a conflict with nobody')
    return earlier
  }

  return {
    find: (externalId) => answered(find(externalId)),
    create: (externalId) => answered(create(externalId)),
  }
}
