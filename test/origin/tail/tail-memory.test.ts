import { describe, expect, it } from 'vitest'
import { tailMemory } from '../../../origin/tail/tail-memory.ts'
import type { LogEvent } from '../../../shared/events/event.ts'
import { horizonBelow } from '../../../shared/horizon.ts'
import { lowestIdAt, type PostId, type UserId } from '../../../shared/ids.ts'
import { tags } from '../../../shared/invalidation.ts'
import { MINT_TO_COMMIT_MS_MAX } from '../../../shared/limits.ts'

const ANN = '1' as UserId
const BEN = '2' as UserId

let xid = 10
const post = (author: UserId): LogEvent => {
  xid += 1
  return {
    id: String(xid),
    xid,
    key: author,
    atMs: 0,
    event: { type: 'post.created', post: `9${xid}` as PostId, author, delivery: 'push' },
  }
}
const edit = (postId: string, version: number): LogEvent => {
  xid += 1
  return {
    id: String(xid),
    xid,
    key: ANN,
    atMs: 0,
    event: { type: 'post.edited', post: postId as PostId, author: ANN, version },
  }
}
const read = (atMs: number, ...events: LogEvent[]) => ({
  events,
  position: { horizon: horizonBelow(1, xid + 1), atMs },
})

const BOUNDS = { tailMs: 10_000, bytesMax: 1_000_000, pieceMs: 1_000 }
const aMemory = (bounds = {}) =>
  tailMemory({ horizon: horizonBelow(1, 1), atMs: 0 }, { ...BOUNDS, ...bounds })

describe('the memory of a tail', () => {
  it('has posts of all authors, in the order of the log', () => {
    const memory = aMemory()
    const [a, b, c] = [post(ANN), post(BEN), post(ANN)]
    memory.add(read(100, a, b))
    memory.add(read(200, c))

    expect(memory.postsOf(ANN).map((each) => each.xid)).toEqual([a.xid, c.xid])
    expect([...memory.posts()].map((each) => each.xid)).toEqual([a.xid, b.xid, c.xid])
    expect(memory.horizon().xmin).toBe(c.xid + 1)
    expect(memory.reachesToMs()).toBe(0)
  })

  it('knows which posts it has not come to, and takes those that it passed over for known', () => {
    const atMs = Date.UTC(2026, 0, 1)
    const minted = (ms: number) => lowestIdAt(atMs + ms)
    const memory = aMemory()
    const heard = post(ANN)
    const known = { ...heard, event: { ...heard.event, post: minted(50) } as LogEvent['event'] }
    memory.add(read(atMs, post(BEN)))
    memory.add(read(atMs + 100, known))

    expect(memory.hasHeardOf(minted(50), ANN)).toBe(true)
    expect(memory.hasHeardOf(minted(60), ANN)).toBe(false)
    expect(memory.hasHeardOf(minted(120), ANN)).toBe(false)

    memory.add(read(atMs + 60 + MINT_TO_COMMIT_MS_MAX))
    expect(memory.hasHeardOf(minted(60), ANN)).toBe(false)
    memory.add(read(atMs + 61 + MINT_TO_COMMIT_MS_MAX))
    expect(memory.hasHeardOf(minted(60), ANN)).toBe(true)
    expect(memory.hasHeardOf(minted(120), ANN)).toBe(false)
  })

  it('lets go what is old, and says how far it reaches then', () => {
    const memory = aMemory()
    memory.add(read(100, post(ANN)))
    memory.add(read(900, post(ANN)))
    memory.add(read(5_000, post(ANN)))
    expect(memory.postsOf(ANN)).toHaveLength(3)
    memory.add(read(10_950, post(BEN)))

    expect(memory.postsOf(ANN)).toHaveLength(1)
    expect(memory.reachesToMs()).toBe(900)
    memory.add(read(60_000))
    expect(memory.postsOf(ANN)).toEqual([])
    expect([...memory.posts()]).toEqual([])
    expect(memory.reachesToMs()).toBe(10_950)
  })

  it('keeps the highest version of a tag as long as the piece that told of it', () => {
    const memory = aMemory()
    memory.add(read(100, edit('95', 3)))
    memory.add(read(3_000, edit('95', 4), edit('95', 2), edit('96', 1)))
    expect(memory.heard(tags.post('95' as PostId))).toMatchObject({ version: 4 })
    memory.add(read(11_000))

    expect(memory.heard(tags.post('95' as PostId))).toMatchObject({ version: 4 })
    memory.add(read(14_000))
    expect(memory.heard(tags.post('95' as PostId))).toBeUndefined()
    expect(memory.bytes()).toBe(0)
  })

  it('stays within its bytes, and reaches less far for it', () => {
    const memory = aMemory({ bytesMax: 100_000 })
    for (let at = 1; at <= 2_000; at += 1) memory.add(read(at, post(ANN)))

    expect(memory.bytes()).toBeLessThanOrEqual(100_000)
    expect(memory.postsOf(ANN).length).toBeGreaterThan(250)
    expect(memory.reachesToMs()).toBeGreaterThan(1_600)
    expect(memory.postsOf(ANN)).toHaveLength(2_000 - memory.reachesToMs())
  })
})
