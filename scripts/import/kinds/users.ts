import { z } from 'zod'
import { ChangeUser } from '../../../shared/user.ts'
import { checked, externalId, flag, moment, textOf } from '../fields.ts'
import { reject, understood, type Kind, type Outcome } from '../kind.ts'
import { nameFor, plainHandle } from '../people.ts'
import type { Row } from '../rows.ts'

/** People with the ids of the product that they come from. Who is here already stays as it is. */
export const users: Kind = {
  name: 'users',
  columns: {
    id: 'required',
    handle: 'optional',
    name: 'optional',
    bio: 'optional',
    city: 'optional',
    interests: 'optional',
    avatarUrl: 'optional',
    verified: 'optional',
    createdAt: 'optional',
  },

  async write(client, rows): Promise<Outcome> {
    const { meant, rejected } = understood(rows, userOf)
    const { rows: found } = await client.query<{ external_id: string }>(
      'select external_id from users where external_id = any($1)',
      [meant.map(({ id }) => id)],
    )
    const known = new Set(found.map(({ external_id }) => external_id))
    const fresh = meant.filter(({ id }) => {
      const isNew = !known.has(id)
      known.add(id)
      return isNew
    })
    const { rows: made } = await client.query<{ external_id: string }>(
      `insert into users (external_id, handle, name, bio, city, interests, avatar_url, verified, created_at)
       select id, handle, name, bio, city,
         array(select jsonb_array_elements_text(interests)), avatar, verified,
         coalesce(created, clock_timestamp())
       from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::text[],
         $8::boolean[], $9::timestamptz[])
         as t(id, handle, name, bio, city, interests, avatar, verified, created)
       on conflict do nothing returning external_id`,
      [
        fresh.map(({ id }) => id),
        fresh.map(({ handle }) => handle),
        fresh.map(({ name }) => name),
        fresh.map(({ bio }) => bio),
        fresh.map(({ city }) => city),
        fresh.map(({ interests }) => JSON.stringify(interests)),
        fresh.map(({ avatarUrl }) => avatarUrl),
        fresh.map(({ verified }) => verified),
        fresh.map(({ createdAt }) => createdAt),
      ],
    )
    const taken = new Set(made.map(({ external_id }) => external_id))
    const refused = fresh.filter(({ id }) => !taken.has(id))
    return {
      taken: taken.size,
      repeated: meant.length - fresh.length,
      rejected: [
        ...rejected,
        ...refused.map(({ row, handle }) => reject(row, `handle ${handle} is another user’s`)),
      ],
    }
  },
}

const { handle, name, bio, city, interests, avatarUrl } = ChangeUser.shape
const Profile = z.strictObject({
  handle: handle.unwrap(),
  name: name.unwrap(),
  bio: bio.unwrap(),
  city: city.unwrap(),
  interests: interests.unwrap(),
  avatarUrl: avatarUrl.unwrap(),
})

function userOf(row: Row) {
  const id = externalId(row, 'id')
  const profile = checked(Profile, {
    handle: textOf(row, 'handle') ?? plainHandle(id),
    name: textOf(row, 'name') ?? nameFor(id),
    bio: textOf(row, 'bio') ?? '',
    city: textOf(row, 'city') ?? null,
    interests: interestsOf(row),
    avatarUrl: textOf(row, 'avatarUrl') ?? null,
  })
  const createdAt = moment(row, 'createdAt', Date.now())
  return { ...profile, id, verified: flag(row, 'verified'), createdAt }
}

/** A list in JSONL; in a table they stand between semicolons. */
function interestsOf({ fields }: Row): readonly string[] {
  const value = fields['interests']
  if (typeof value === 'object') return value
  return (value ?? '')
    .split(';')
    .map((each) => each.trim())
    .filter((each) => each !== '')
}
