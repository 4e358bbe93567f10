import type { PostFragment } from '../../../shared/fragment.ts'
import type { PostId } from '../../../shared/ids.ts'
import { tags, type Tag } from '../../../shared/invalidation.ts'
import { KEPT_FRAGMENTS_BYTES_MAX } from '../../../shared/limits.ts'
import type { PartitionMark } from '../../../shared/watermark.ts'
import type { Tail } from '../../ports/tail.ts'
import type { Losses } from './losses.ts'

/**
 * Fragments in the process's memory: the newest posts of well-read authors are on most pages, and with
 * them at hand a page takes one wave.
 *
 * One that Redis held under a watermark stands for as long as the tail reaches back to that watermark and
 * has heard of no newer version: the same comparison as with what Redis answers now. A changed profile
 * ends it too, so that names are never older here than there.
 */
export interface KeptFragments {
  find(posts: readonly PostId[]): Map<PostId, PostFragment>
  /** Redis has lost something since it was seen to hold it. */
  isLost(post: PostId): boolean
  /** Nobody has seen it in Redis yet. */
  isUnseen(post: PostId): boolean
  /** `mark`: the lowest of the watermark that was read before the fragment. */
  keep(post: PostId, fragment: PostFragment, mark: Pick<PartitionMark, 'atMs'>): void
  /** The same for one that nobody has seen in Redis. */
  keepUnseen(post: PostId, fragment: PostFragment, mark: Pick<PartitionMark, 'atMs'>): void
}

interface Entry {
  readonly fragment: PostFragment
  /** Made once: each page asks the tail about both. */
  readonly postTag: Tag
  readonly authorTag: Tag
  readonly epoch: number
  readonly deliveredToMs: number
  readonly bytes: number
  /** Losses until it was seen in Redis; `undefined`: it was not. */
  readonly inRedisAt: number | undefined
}

export interface KeptFragmentsDeps {
  readonly tail: Pick<Tail, 'heard' | 'horizon' | 'reachesToMs'>
  readonly losses: Pick<Losses, 'count'>
  readonly counted?: (hits: number, misses: number) => void
  readonly bytesMax?: number
}

export function keptFragments({
  tail,
  losses,
  counted,
  bytesMax = KEPT_FRAGMENTS_BYTES_MAX,
}: KeptFragmentsDeps): KeptFragments {
  // The first is the oldest. None outlives the tail's reach, so who was read last need not be known.
  const entries = new Map<PostId, Entry>()
  let bytes = 0

  function drop(post: PostId): void {
    const entry = entries.get(post)
    if (entry === undefined) return
    entries.delete(post)
    bytes -= entry.bytes
  }

  /** Transaction ids and versions of before a restore mean nothing now. */
  const stands = ({ fragment, postTag, authorTag, epoch, deliveredToMs }: Entry): boolean =>
    epoch === tail.horizon().epoch &&
    deliveredToMs >= tail.reachesToMs() &&
    (tail.heard(postTag)?.version ?? 0) <= fragment.version &&
    (tail.heard(authorTag)?.version ?? 0) <= fragment.authorVersion

  function put(
    post: PostId,
    fragment: PostFragment,
    deliveredToMs: number,
    inRedisAt: number | undefined,
  ): void {
    drop(post)
    const size = bytesOf(fragment)
    const entry = {
      fragment,
      postTag: tags.post(post),
      authorTag: tags.user(fragment.author),
      epoch: tail.horizon().epoch,
      deliveredToMs,
      bytes: size,
      inRedisAt,
    }
    if (size > bytesMax || !stands(entry)) return
    entries.set(post, entry)
    bytes += size
    for (const oldest of entries.keys()) {
      if (bytes <= bytesMax) break
      drop(oldest)
    }
  }

  return {
    find(posts) {
      const found = new Map<PostId, PostFragment>()
      for (const post of posts) {
        const entry = entries.get(post)
        if (entry === undefined) continue
        if (stands(entry)) found.set(post, entry.fragment)
        else drop(post)
      }
      counted?.(found.size, posts.length - found.size)
      return found
    },
    isLost(post) {
      const inRedisAt = entries.get(post)?.inRedisAt
      return inRedisAt !== undefined && inRedisAt !== losses.count()
    },
    isUnseen(post) {
      const entry = entries.get(post)
      return entry !== undefined && entry.inRedisAt === undefined
    },
    keep: (post, fragment, { atMs }) => put(post, fragment, atMs, losses.count()),
    keepUnseen: (post, fragment, { atMs }) => put(post, fragment, atMs, undefined),
  }
}

/** Two bytes a character at worst; ids, tags, numbers, objects and a place in the map. */
const bytesOf = ({ json }: PostFragment): number => 2 * (json?.length ?? 0) + 500
