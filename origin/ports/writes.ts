import type { Event, LogKey } from '../../shared/events/event.ts'
import type { Token } from '../../shared/horizon.ts'
import type { PostId, UserId } from '../../shared/ids.ts'
import type { CreatePost } from '../../shared/post.ts'
import type { ChangeUser, ProvisionUsers, UserCounts, UserViewer } from '../../shared/user.ts'

/** A user's row. */
export interface UserRow {
  readonly id: UserId
  readonly handle: string
  readonly name: string
  readonly avatarUrl: string | null
  readonly verified: boolean
  readonly bio: string
  readonly city: string | null
  readonly interests: readonly string[]
  readonly createdAtMs: number
  readonly version: number
}

export type AuthorRow = Pick<UserRow, 'id' | 'handle' | 'name' | 'avatarUrl' | 'verified'>

/** A post's row with its author's. */
export interface PostRow {
  readonly id: PostId
  readonly author: AuthorRow
  readonly text: string
  readonly createdAtMs: number
  readonly editedAtMs: number | null
  readonly language: string | null
  readonly sensitive: boolean
  readonly version: number
}

export interface UserRows {
  /** Raises the version. `undefined`: no such user. Rejects with HANDLE_TAKEN. */
  change(user: UserId, change: ChangeUser): Promise<(UserRow & { counts: UserCounts }) | undefined>
  /** Makes those whose external id is new. Rejects with HANDLE_TAKEN, naming which. */
  provision(users: ProvisionUsers): Promise<readonly ProvisionedUser[]>
}

export interface ProvisionedUser {
  readonly id: UserId
  readonly handle: string
  readonly name: string
  readonly externalId: string | null
  /** False: its external id was known, and nothing changed. */
  readonly created: boolean
}

export interface PostRows {
  /** Waits for other writers of this post. */
  lock(post: PostId): Promise<(PostRow & { readonly deleted: boolean }) | undefined>
  /** Keeps the text it had, and raises the version. */
  replaceText(post: PostId, text: string): Promise<PostRow>
  /** Raises the version, which it answers. */
  markDeleted(post: PostId): Promise<number>
}

export type Relation = 'follow' | 'block' | 'mute'

/** What a write needs to know of the pair before it changes anything. */
export interface Standing extends UserViewer {
  readonly viewerExists: boolean
  readonly targetExists: boolean
  readonly blockedBy: boolean
}

export interface RelationRows {
  /** Until the end of the transaction, changes between the two take turns. Others are not held up. */
  lockPair(a: UserId, b: UserId): Promise<void>
  standing(viewer: UserId, target: UserId): Promise<Standing>
  /** False: it was there already. */
  add(relation: Relation, from: UserId, to: UserId): Promise<boolean>
  /** False: it was not there. */
  remove(relation: Relation, from: UserId, to: UserId): Promise<boolean>
  /** Raises `relations_version` of each, smaller id first, and answers in that order. */
  raiseVersions(users: readonly UserId[]): Promise<readonly { viewer: UserId; version: number }[]>
  /** Until the end of the transaction, other changes of this user's record wait. */
  lockUser(user: UserId): Promise<void>
  /** Counts to `upTo` at most. Exact once the follower is locked. */
  countFollows(follower: UserId, upTo: number): Promise<number>
}

/** A request as Idempotency-Key knows it: the key, and a hash of what was asked for. */
export interface Idempotency {
  readonly key: string
  readonly requestHash: string
}

/** What was made, and the token with which a read contains it. */
export interface Written<Facts> {
  readonly facts: Facts
  readonly token: Token
}

/** A post, and what its transaction saw beside it. */
export interface CreatedPost extends Written<PostRow> {
  /** Absent where an earlier request's answer is given again. */
  readonly seen?: {
    /** `users.version` of the author's brief inside. */
    readonly authorVersion: number
    /** The store's time before it looked: what was committed later may be missing. */
    readonly atMs: number
  }
}

/** Answers of earlier requests. A second request with the same key waits for the first to end. */
export interface EarlierAnswers {
  /** `undefined`: the key is now ours. Rejects with IDEMPOTENCY_KEY_REUSED for another request. */
  claim(user: UserId, idempotency: Idempotency): Promise<Written<unknown> | undefined>
  keep(user: UserId, key: string, written: Written<unknown>): Promise<void>
}

export interface WriteTransaction {
  readonly users: UserRows
  readonly posts: PostRows
  readonly relations: RelationRows
  readonly answers: EarlierAnswers
  /** Into the outbox, so that the change and its event are there together or not at all. */
  append(key: LogKey, events: readonly Event[]): Promise<void>
  token(): Promise<Token>
}

/**
 * The truth, as writers change it.
 *
 * Promises: all of a transaction or nothing; one that lost against another is tried again, boundedly, so
 * `work` may run more than once; when the store does not answer, STORE_UNAVAILABLE and nothing half done.
 */
export interface Writes {
  /**
   * `turnOf`: whose rows it locks. Those of one process that name the same user run one after the other,
   * and wait where they hold nobody else up; OVERLOADED when too many wait, STORE_UNAVAILABLE when too long.
   */
  transaction<T>(
    turnOf: readonly UserId[],
    work: (transaction: WriteTransaction) => Promise<T>,
  ): Promise<T>
  /** A transaction of its own in one statement, decided push or pull inside. `undefined`: no such author. */
  createPost(
    author: UserId,
    post: CreatePost,
    idempotency: Idempotency | undefined,
  ): Promise<CreatedPost | undefined>
}
