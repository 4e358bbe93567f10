import type { ClientBase } from 'pg'
import { AppError } from '../../../shared/errors.ts'
import type { UserId } from '../../../shared/ids.ts'
import type { ChangeUser } from '../../../shared/user.ts'
import type { UserRows } from '../../ports/writes.ts'
import { isUniqueViolation } from './failure.ts'
import { USER_COLUMNS, userRow, type UserRecord } from './rows.ts'

/** The columns that a user may change. Names are spelt here and never come from a request. */
const COLUMNS: Readonly<Record<keyof ChangeUser, string>> = {
  handle: 'handle',
  name: 'name',
  bio: 'bio',
  city: 'city',
  interests: 'interests',
  avatarUrl: 'avatar_url',
}

interface CountColumns {
  readonly followers: string
  readonly following: string
  readonly posts: string
}

interface ProvisionedRecord {
  readonly place: number
  readonly id: UserId
  readonly handle: string
  readonly name: string
  readonly external_id: string | null
  readonly created: boolean
}

export const userRows = (client: ClientBase): UserRows => ({
  async change(user, change) {
    const changes = Object.entries(COLUMNS).flatMap(([field, column]) => {
      const value = change[field as keyof ChangeUser]
      return value === undefined ? [] : [{ column, value }]
    })
    const assignments = changes.map(({ column }, at) => `${column} = $${at + 2}`)
    try {
      const { rows } = await client.query<UserRecord & CountColumns>(
        `with u as (
           update users set ${assignments.join(', ')}, version = version + 1 where id = $1 returning *
         )
         select ${USER_COLUMNS}, coalesce(c.followers, 0) as followers,
           coalesce(c.following, 0) as following, coalesce(c.posts, 0) as posts
         from u left join user_counts c on c.user_id = u.id`,
        [user, ...changes.map(({ value }) => value)],
      )
      const [record] = rows
      if (record === undefined) return undefined
      const { followers, following, posts } = record
      const counts = {
        followers: Number(followers),
        following: Number(following),
        posts: Number(posts),
      }
      return { ...userRow(record), counts }
    } catch (error) {
      if (!isUniqueViolation(error, 'users_by_handle')) throw error
      throw new AppError('HANDLE_TAKEN', 'by another user', {
        cause: error,
        errors: [{ path: 'handle', message: 'taken' }],
      })
    }
  },

  async provision(users) {
    // One statement each: those that are there already by their external id, the rest made, and the
    // answer in the order of the request. A handle that is taken leaves its row out, and names itself.
    const { rows } = await client.query<ProvisionedRecord>(
      `with asked as (
         select ord::int - 1 as place, handle, name, external_id
         from unnest($1::text[], $2::text[], $3::text[]) with ordinality as t(handle, name, external_id, ord)
       ), known as (
         select a.place, u.id, u.handle, u.name, u.external_id
         from asked a join users u on u.external_id = a.external_id
       ), made as (
         insert into users (handle, name, external_id)
         select handle, name, external_id from asked where place not in (select place from known)
         order by lower(handle)
         on conflict do nothing
         returning id, handle, name, external_id
       )
       select *, false as created from known
       union all
       select a.place, m.id, m.handle, m.name, m.external_id, true as created
       from made m join asked a on lower(a.handle) = lower(m.handle)
       order by place`,
      [
        users.map(({ handle }) => handle),
        users.map(({ name }) => name),
        users.map(({ externalId }) => externalId ?? null),
      ],
    )
    const places = new Set(rows.map(({ place }) => place))
    const missing = users.flatMap((_, place) => (places.has(place) ? [] : [place]))
    if (missing.length > 0) {
      throw new AppError('HANDLE_TAKEN', `${missing.length} of ${users.length}`, {
        errors: missing.map((place) => ({ path: `${place}.handle`, message: 'taken' })),
      })
    }
    return rows.map(({ id, handle, name, external_id, created }) => ({
      id,
      handle,
      name,
      externalId: external_id,
      created,
    }))
  },
})
