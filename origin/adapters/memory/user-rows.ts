import { AppError } from '../../../shared/errors.ts'
import { ID_EPOCH_MS, type UserId } from '../../../shared/ids.ts'
import type { UserRow, UserRows } from '../../ports/writes.ts'
import type { MemoryDatabase } from './database.ts'
import type { MemoryTransaction } from './transactions.ts'
import type { StoredUser } from './rows.ts'

export function memoryUserRows(database: MemoryDatabase, open: MemoryTransaction): UserRows {
  const isTaken = (handle: string, by: UserId | undefined): boolean =>
    open
      .rows('users')
      .some((user) => user.id !== by && user.handle.toLowerCase() === handle.toLowerCase())

  return {
    async change(user, change) {
      await open.lock(`user ${user}`)
      const found = open.get('users', user)
      if (found === undefined) return undefined
      if (change.handle !== undefined && isTaken(change.handle, user)) {
        throw new AppError('HANDLE_TAKEN', 'by another user', {
          errors: [{ path: 'handle', message: 'taken' }],
        })
      }
      const given = Object.fromEntries(
        Object.entries(change).filter(([, value]) => value !== undefined),
      ) as Partial<StoredUser>
      const changed: StoredUser = { ...found, ...given, version: found.version + 1 }
      open.put('users', user, changed)
      const { followers = 0, following = 0, posts = 0 } = open.get('counts', user) ?? {}
      return { ...userRowOf(changed), counts: { followers, following, posts } }
    },

    async provision(asked) {
      const missing: number[] = []
      const provisioned = asked.map(({ handle, name, externalId = null }, place) => {
        const known = open
          .rows('users')
          .find((user) => externalId !== null && user.externalId === externalId)
        if (known !== undefined) return { ...known, created: false }
        if (isTaken(handle, undefined)) missing.push(place)
        const user = newUser(database, open, { handle, name, externalId })
        open.put('users', user.id, user)
        return { ...user, created: true }
      })
      if (missing.length > 0) {
        throw new AppError('HANDLE_TAKEN', `${missing.length} of ${asked.length}`, {
          errors: missing.map((place) => ({ path: `${place}.handle`, message: 'taken' })),
        })
      }
      return provisioned.map(({ id, handle, name, externalId, created }) => ({
        id,
        handle,
        name,
        externalId,
        created,
      }))
    },
  }
}

/** Its number decides its shard, so that people are spread as those of Postgres are. */
function newUser(
  { clock }: MemoryDatabase,
  open: MemoryTransaction,
  { handle, name, externalId }: Pick<StoredUser, 'handle' | 'name' | 'externalId'>,
): StoredUser {
  const createdAtMs = clock.floorMs()
  const number = BigInt(open.rows('users').length)
  const id =
    (BigInt(createdAtMs - ID_EPOCH_MS) << 22n) | ((number % 64n) << 16n) | (number & 0xffffn)
  return {
    id: String(id) as UserId,
    handle,
    name,
    avatarUrl: null,
    verified: false,
    bio: '',
    city: null,
    interests: [],
    createdAtMs,
    version: 1,
    externalId,
    relationsVersion: 1,
  }
}

const userRowOf = (user: StoredUser): UserRow => ({
  id: user.id,
  handle: user.handle,
  name: user.name,
  avatarUrl: user.avatarUrl,
  verified: user.verified,
  bio: user.bio,
  city: user.city,
  interests: user.interests,
  createdAtMs: user.createdAtMs,
  version: user.version,
})
