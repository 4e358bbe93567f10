import type { ClientBase } from 'pg'
import type { Event, LogKey } from '../../../shared/events/event.ts'
import { logPartitionOf } from '../../../shared/keys.ts'

/** Events of one key, in their order. */
export async function appendEvents(
  client: ClientBase,
  key: LogKey,
  events: readonly Event[],
): Promise<void> {
  await client.query(
    `insert into outbox (partition, key, event)
     select $1, $2, event from jsonb_array_elements($3::jsonb) with ordinality as t(event, ord) order by ord`,
    [logPartitionOf(key), key, JSON.stringify(events)],
  )
}
