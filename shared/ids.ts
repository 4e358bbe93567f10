import * as z from 'zod'

/** Decimal text of a 63-bit integer. Ids travel as strings: a double cannot hold them. */
export type PostId = string & { readonly __brand: 'PostId' }
export type UserId = string & { readonly __brand: 'UserId' }

const ID_MAX = '9223372036854775807'
/** 2000-01-01T00:00:00Z; 41 bits of milliseconds from here reach 2069. */
export const ID_EPOCH_MS = 946_684_800_000
const SHARD_BITS = 6n
const SEQUENCE_BITS = 16n

export const SHARDS = 64

const isId = (text: string): boolean =>
  /^[1-9]\d{0,18}$/.test(text) && (text.length < ID_MAX.length || text <= ID_MAX)

const id = z.string().refine(isId, { message: 'not an id' })
export const PostIdSchema = id.transform((text) => text as PostId)
export const UserIdSchema = id.transform((text) => text as UserId)

/** For text of a request: `undefined` for what is no id. A schema says why; where nobody asks, it costs too much. */
export const asPostId = (text: string): PostId | undefined =>
  isId(text) ? (text as PostId) : undefined
export const asUserId = (text: string): UserId | undefined =>
  isId(text) ? (text as UserId) : undefined

/** For text that a store of ours gave back: checked once, then trusted. */
export const postId = (text: string): PostId => checked(text) as PostId
export const userId = (text: string): UserId => checked(text) as UserId

function checked(text: string): string {
  if (!isId(text)) throw new TypeError(`not an id: ${text.slice(0, 40)}`)
  return text
}

/** Below every id: the floor of a list that lacks nothing. */
export const THE_BEGINNING = '0' as PostId

/** No id is above it: as an exclusive bound it bounds nothing that was ever minted. */
export const ID_BOUND = ID_MAX as PostId

/** Negative when `a` is older. Shorter text is a smaller number; of equal length, text order is number order. */
export function compareIds(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length
  return a < b ? -1 : a > b ? 1 : 0
}

export const newestFirst = (a: string, b: string): number => compareIds(b, a)

/** The least id above this one; an exclusive bound made inclusive. */
export const idAfter = (bound: PostId): PostId => String(BigInt(bound) + 1n) as PostId

/** When the id was minted, in epoch milliseconds. */
export const idTimeMs = (text: PostId | UserId): number =>
  Number(BigInt(text) >> (SHARD_BITS + SEQUENCE_BITS)) + ID_EPOCH_MS

const MS = 2 ** Number(SHARD_BITS + SEQUENCE_BITS)

/** The same within a thousandth of a millisecond, at a quarter of the price: for what is weighed, not compared. */
export const roughIdTimeMs = (text: PostId | UserId): number => Number(text) / MS + ID_EPOCH_MS

/** The partition of the posts table, 0 to 63: an author's, carried by each of its posts. */
export const shardOf = (text: PostId | UserId): number =>
  Number((BigInt(text) >> SEQUENCE_BITS) & (BigInt(SHARDS) - 1n))

/** The lowest id that a millisecond can have: bounds "all since" queries. */
export const lowestIdAt = (timeMs: number): PostId =>
  String(
    BigInt(Math.max(0, Math.trunc(timeMs - ID_EPOCH_MS))) << (SHARD_BITS + SEQUENCE_BITS),
  ) as PostId
