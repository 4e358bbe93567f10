import type { LogEvent } from '../../shared/events/event.ts'
import type { Horizon } from '../../shared/horizon.ts'
import { compareIds, ID_BOUND, lowestIdAt, THE_BEGINNING, type UserId } from '../../shared/ids.ts'
import type { Tag } from '../../shared/invalidation.ts'
import { MINT_TO_COMMIT_MS_MAX } from '../../shared/limits.ts'
import type { Position } from '../ports/outbox.ts'
import type { Tail, TailPost } from '../ports/tail.ts'
import { heardIn } from './heard-in.ts'

export interface TailMemory extends Pick<
  Tail,
  'horizon' | 'reachesToMs' | 'postsOf' | 'hasHeardOf' | 'posts' | 'heard'
> {
  add(read: { readonly events: readonly LogEvent[]; readonly position: Position }): void
  readonly bytes: () => number
}

export interface TailBounds {
  readonly tailMs: number
  readonly bytesMax: number
  readonly pieceMs: number
}

/** What was read within a second or so, let go together. */
interface Piece {
  /** The first position of it. */
  readonly fromMs: number
  /** The last: what comes after this piece is everything that was committed after this time. */
  toMs: number
  bytes: number
  readonly posts: TailPost[]
  readonly tags: Tag[]
}

interface Heard {
  readonly version: number
  readonly xid: number
  readonly piece: Piece
}

/** Measured on V8, rounded up: two ids, a number, an object, and their places in an array and a map. */
const POST_BYTES = 320
const TAG_BYTES = 320
/** A burst that fills the memory within a second is still let go in parts. */
const PIECES_MIN = 16

const NOTHING: readonly TailPost[] = []

/**
 * Posts and versions in the order in which they were read. The oldest go first, and then the memory
 * reaches less far back, which it says: no reader takes a part of it for the whole.
 */
export function tailMemory(start: Position, bounds: TailBounds): TailMemory {
  const pieces: Piece[] = []
  const byAuthor = new Map<UserId, TailPost[]>()
  const heard = new Map<Tag, Heard>()
  let horizon: Horizon = start.horizon
  let reachesToMs = start.atMs
  let comesToMs = start.atMs
  /** The first post that may not have come, had it been minted in its moment. */
  let passedOver = THE_BEGINNING
  passOver()
  let bytes = 0

  function openPiece(atMs: number): Piece {
    const last = pieces.at(-1)
    const isFull =
      last === undefined ||
      atMs - last.fromMs >= bounds.pieceMs ||
      last.bytes >= bounds.bytesMax / PIECES_MIN
    if (!isFull) return last
    const piece: Piece = { fromMs: atMs, toMs: atMs, bytes: 0, posts: [], tags: [] }
    pieces.push(piece)
    return piece
  }

  function keep(piece: Piece, logEvent: LogEvent): void {
    const { event, xid } = logEvent
    if (event.type === 'post.created') {
      const post = { post: event.post, author: event.author, xid }
      piece.posts.push(post)
      const ofAuthor = byAuthor.get(event.author)
      if (ofAuthor === undefined) byAuthor.set(event.author, [post])
      else ofAuthor.push(post)
      piece.bytes += POST_BYTES
      bytes += POST_BYTES
    }
    for (const { tag, version } of heardIn(event)) {
      if ((heard.get(tag)?.version ?? -1) >= version) continue
      heard.set(tag, { version, xid, piece })
      piece.tags.push(tag)
      piece.bytes += TAG_BYTES
      bytes += TAG_BYTES
    }
  }

  function forget(piece: Piece): void {
    const counts = new Map<UserId, number>()
    for (const { author } of piece.posts) counts.set(author, (counts.get(author) ?? 0) + 1)
    for (const [author, count] of counts) {
      const rest = byAuthor.get(author)?.slice(count) ?? []
      if (rest.length === 0) byAuthor.delete(author)
      else byAuthor.set(author, rest)
    }
    for (const tag of piece.tags) if (heard.get(tag)?.piece === piece) heard.delete(tag)
    bytes -= piece.bytes
    reachesToMs = piece.toMs
  }

  /** As an id, since a page asks for hundreds of posts. */
  function passOver(): void {
    const upToMs = Math.max(reachesToMs, comesToMs - MINT_TO_COMMIT_MS_MAX)
    // Where nothing was read yet, nothing is known to be missing.
    passedOver = upToMs === Infinity ? ID_BOUND : lowestIdAt(Math.ceil(upToMs))
  }

  return {
    add({ events, position }) {
      const piece = openPiece(position.atMs)
      for (const event of events) keep(piece, event)
      piece.toMs = position.atMs
      horizon = position.horizon
      comesToMs = position.atMs
      const isOver = (oldest: Piece) =>
        oldest.toMs < position.atMs - bounds.tailMs || bytes > bounds.bytesMax
      // The last piece stays: without it nothing would say up to where the others reached.
      for (
        let oldest = pieces[0];
        pieces.length > 1 && oldest && isOver(oldest);
        oldest = pieces[0]
      ) {
        pieces.shift()
        forget(oldest)
      }
      passOver()
    },
    horizon: () => horizon,
    reachesToMs: () => reachesToMs,
    postsOf: (author) => byAuthor.get(author) ?? NOTHING,
    // What is older than that and not held was passed over: its event could not be read, and was replayed later.
    hasHeardOf: (post, author) =>
      compareIds(post, passedOver) < 0 ||
      byAuthor.get(author)?.some((each) => each.post === post) === true,
    *posts() {
      for (const { posts } of pieces) yield* posts
    },
    heard: (tag) => heard.get(tag),
    bytes: () => bytes,
  }
}
