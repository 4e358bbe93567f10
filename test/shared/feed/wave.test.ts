import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planWave, type Reply, type WaveRequest } from '../../../shared/feed/wave.ts'
import { postId, userId, type PostId, type UserId } from '../../../shared/ids.ts'
import { bucketOf, bucketOfKey, keys, LOG_PARTITIONS } from '../../../shared/keys.ts'
import { COUNTS_KEPT_MS } from '../../../shared/limits.ts'
import { formatMarker, type Generation } from '../../../shared/list.ts'
import { formatViewerRecord } from '../../../shared/viewer-record.ts'
import { formatMark, lowestMark } from '../../../shared/watermark.ts'

const post = fc.integer({ min: 1, max: 60 }).map((n) => String(n) as PostId)
const user = fc.integer({ min: 1, max: 60 }).map((n) => String(n) as UserId)
const request: fc.Arbitrary<WaveRequest> = fc.record(
  {
    lists: fc.array(fc.oneof(user.map(keys.timeline), user.map(keys.authorList))),
    newest: fc.array(user.map(keys.timeline)),
    posts: fc.array(post),
    heads: fc.array(post),
    users: fc.array(user),
    counts: fc.array(user),
    viewers: fc.array(user),
    sessions: fc.array(fc.record({ viewer: user, session: fc.constant('session1') })),
  },
  { requiredKeys: [] },
)

const generation = '1.7' as Generation
const horizon = { epoch: 1, xmin: 5, xmax: 5, xip: [] }
const mark = { tick: 3, xmin: 5, atMs: 1_000 }

/** What a node answers that has a watermark and nothing else. */
const watermarkReply: Reply = [
  generation,
  ...Array.from({ length: LOG_PARTITIONS }, () => formatMark(mark)),
  ...Array.from({ length: LOG_PARTITIONS }, () => null),
]

describe('a wave', () => {
  it('asks for each bucket’s watermark before its keys, once', () => {
    fc.assert(
      fc.property(request, (asked) => {
        const seen = new Set<number>()
        for (const [, key] of planWave(asked).commands) {
          const bucket = bucketOfKey(key)
          expect(bucket).toBeDefined()
          if (bucket === undefined) continue
          const isWatermark = key === keys.watermark(bucket)
          expect(seen.has(bucket)).toBe(!isWatermark)
          seen.add(bucket)
        }
      }),
    )
  })

  it('finds nothing in an empty store, and in one that holds garbage', () => {
    const reply = fc.oneof(
      fc.constant(null),
      fc.string(),
      fc.integer(),
      fc.array(fc.oneof(fc.stringMatching(/^[^\d]*$/), fc.constant(null)), { maxLength: 3 }),
    )
    fc.assert(
      fc.property(request, fc.infiniteStream(reply), (asked, replies) => {
        const wave = planWave(asked)
        const nothing = wave.read(wave.commands.map(() => null))
        for (const part of Object.values(nothing))
          expect((part as Map<unknown, unknown>).size).toBe(0)

        const { lists, posts, users, heads } = wave.read(
          wave.commands.map(() => replies.next().value),
        )
        for (const part of [lists, posts, users, heads]) expect([...part]).toEqual([])
      }),
    )
  })

  it('reads what it asked for', () => {
    const [ada, bob] = [userId('1'), userId('2')]
    const id = postId('12')
    const record = {
      viewer: ada,
      version: 4,
      large: false,
      follows: new Set([bob]),
      recentFollows: [],
      recentFollowsAbove: 0,
      blocks: new Set<UserId>(),
      mutes: new Set<UserId>(),
    }
    const wave = planWave({
      lists: [keys.timeline(ada)],
      posts: [id],
      heads: [id],
      users: [bob],
      counts: [bob],
      viewers: [ada],
      sessions: [{ viewer: ada, session: 'session1' }],
    })
    const replies: Record<string, Reply> = {
      [keys.viewer(ada)]: formatViewerRecord(record),
      [keys.timeline(ada)]: ['15', '12', formatMarker({ floor: postId('3'), generation, horizon })],
      [keys.session(ada, 'session1')]: 'text',
      [keys.user(bob)]: ['7', '{"b":1}'],
      [keys.userCounts(bob)]: '{"posts":1}',
    }
    const answer = wave.read(
      wave.commands.map(([name, key, ...fields]) => {
        if (key.endsWith(':wm')) return watermarkReply
        if (name === 'PTTL') return COUNTS_KEPT_MS
        if (key === keys.post(id))
          return fields.length === 2 ? ['2', '3'] : ['2', '3', '1', '{"a":1}']
        return name === 'GET' || replies[key] !== undefined ? (replies[key] ?? null) : null
      }),
    )

    expect(answer.viewers.get(ada)).toEqual(record)
    expect(answer.lists.get(keys.timeline(ada))).toEqual({ ids: ['15', '12'], floor: '3', horizon })
    expect(answer.sessions.get('session1')).toBe('text')
    expect(answer.posts.get(id)).toEqual({
      author: bob,
      version: 3,
      authorVersion: 1,
      json: '{"a":1}',
    })
    expect(answer.heads.get(id)).toMatchObject({ author: bob, version: 3 })
    expect(answer.users.get(bob)).toEqual({ version: 7, json: '{"b":1}' })
    expect(answer.counts.get(bob)).toBe('{"posts":1}')
    const watermark = answer.watermarks.get(bucketOf(ada))
    expect(watermark && lowestMark(watermark)).toEqual(mark)
  })

  it('takes a list of another generation for absent', () => {
    const list = keys.timeline(userId('1'))
    const wave = planWave({ lists: [list] })
    const marker = formatMarker({ floor: postId('3'), generation: '1.6' as Generation, horizon })

    expect(wave.read([watermarkReply, ['15', marker]]).lists.size).toBe(0)
    expect(wave.read([null, ['15', marker]]).lists.size).toBe(0)
  })

  it('fails as a whole when one reply is an error', () => {
    const wave = planWave({ posts: [postId('12')] })

    expect(() => wave.read([watermarkReply, new Error('LOADING')])).toThrow('LOADING')
    expect(() => wave.read([watermarkReply])).toThrow(TypeError)
  })
})
