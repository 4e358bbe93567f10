import { createHash } from 'node:crypto'
import type pg from 'pg'
import { NAME_CHARACTERS_MAX } from '../../shared/limits.ts'
import type { UserId } from '../../shared/ids.ts'
import { Handle } from '../../shared/user.ts'

/** Our ids by the product's own. Who is not in the answer does not exist. */
export async function findPeople(
  client: pg.ClientBase,
  externalIds: Iterable<string>,
): Promise<Map<string, UserId>> {
  const { rows } = await client.query<{ id: UserId; external_id: string }>(
    'select id, external_id from users where external_id = any($1)',
    [[...new Set(externalIds)]],
  )
  return new Map(rows.map(({ id, external_id }) => [external_id, id]))
}

/** The same, and makes those that do not exist. */
export async function findOrMakePeople(
  client: pg.ClientBase,
  externalIds: Iterable<string>,
): Promise<Map<string, UserId>> {
  const wanted = [...new Set(externalIds)]
  const people = await findPeople(client, wanted)
  // A handle may be another's: then one that only its owner can have.
  for (const handleFor of [plainHandle, certainHandle]) {
    const missing = wanted.filter((one) => !people.has(one)).toSorted()
    if (missing.length === 0) break
    const { rows } = await client.query<{ id: UserId; external_id: string }>(
      `insert into users (handle, name, external_id)
       select * from unnest($1::text[], $2::text[], $3::text[])
       on conflict do nothing returning id, external_id`,
      [missing.map(handleFor), missing.map(nameFor), missing],
    )
    for (const { id, external_id } of rows) people.set(external_id, id)
  }
  return people
}

/** The product's id, where it can be a handle; a bare number would look like an id of ours. */
export function plainHandle(externalId: string): string {
  const handle = /^\d+$/.test(externalId) ? `user_${externalId}` : externalId
  return Handle.safeParse(handle).success ? handle : certainHandle(externalId)
}

const certainHandle = (externalId: string): string =>
  `u_${createHash('sha256').update(externalId).digest('hex').slice(0, 24)}`

export const nameFor = (externalId: string): string =>
  Array.from(externalId)
    .slice(0, NAME_CHARACTERS_MAX / 2)
    .join('')
