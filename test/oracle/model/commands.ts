import fc from 'fast-check'
import { NODES, type NodeName } from '../world/virtual-redis.ts'

/** Where a request goes in: one of two origins, or one of two isolates at the edge. */
export type Via = 'origin-a' | 'origin-b' | 'edge-1' | 'edge-2'

export type Relation = 'follow' | 'unfollow' | 'block' | 'unblock' | 'mute' | 'unmute'

/** Whose work stands still. */
export type Lagging = 'delivery' | 'leader' | 'tail-a' | 'tail-b'

/** What the readers of both origins cannot use. */
export type Away = 'redis' | 'postgres' | 'budget'

/** What carries an expiry, and may be evicted. */
export type Evicted = 'timeline' | 'author-list' | 'fragment' | 'record' | 'session'

/** Where a consumer dies, or its node fails, in the middle of a batch. */
export type Death =
  | 'at-once'
  | 'between-pushes'
  | 'before-claims'
  | 'after-claims'
  /** The nodes forget the pushes of this batch, and connections break, before the claims are made. */
  | 'nodes-lose-pushes'
  /** The same, but the nodes forget what the batches before wrote too. */
  | 'nodes-rolled-back'

export type SnapshotMoment = 'now' | 'before-push' | 'after-push' | 'after-claims'

/** Between two commands of a wave: somebody posts, and delivery does what it had not done. */
export interface Meanwhile {
  readonly after: number
  readonly by: number
  /** What the reader does to that one before. */
  readonly how?: Relation | undefined
}

/**
 * One step of a run, as plain data: numbers are taken modulo what there is, so that every part of a run is a
 * run, and a failing one can be made smaller.
 */
export type Command =
  | {
      readonly do: 'post'
      readonly by: number
      readonly count: number
      readonly via: Via
      readonly later: boolean
    }
  | { readonly do: 'edit' | 'delete'; readonly post: number; readonly via: Via }
  | {
      readonly do: 'relate'
      readonly how: Relation
      readonly from: number
      readonly to: number
      readonly via: Via
    }
  | { readonly do: 'threshold'; readonly followers: number }
  | { readonly do: 'strategy'; readonly strategy: 'push' | 'pull' | 'hybrid' }
  /** A post whose transaction stays open until `commit`. */
  | { readonly do: 'open'; readonly by: number }
  | { readonly do: 'commit'; readonly which: number }
  | { readonly do: 'pass'; readonly ms: number }
  | {
      readonly do: 'read'
      /** So much later, when everybody may have heard of what was done before. */
      readonly afterMs: number
      readonly viewer: number
      readonly mode: 'latest' | 'ranked'
      readonly limit: number
      readonly via: Via
      readonly withToken: boolean
      /** What the answer leaves to do afterwards waits for `settle`. */
      readonly hold: boolean
      readonly meanwhile?: Meanwhile | undefined
    }
  | {
      readonly do: 'more'
      readonly afterMs: number
      readonly walk: number
      readonly pages: number
      readonly limit: number
      readonly via: Via
      readonly withToken: boolean
    }
  | {
      readonly do: 'look'
      readonly viewer: number
      readonly post: number
      readonly via: Via
      readonly withToken: boolean
    }
  | { readonly do: 'settle' }
  /** Somebody reads on through one isolate while a relationship changes elsewhere. */
  | {
      readonly do: 'linger'
      readonly viewer: number
      readonly other: number
      readonly how: readonly Relation[]
      readonly via: 'edge-1' | 'edge-2'
    }
  /** Delivery lags for longer than tails remember, and catches up in the middle of a wave. */
  | {
      readonly do: 'overtake-read'
      readonly viewer: number
      readonly by: number
      readonly after: number
      readonly via: Via
    }
  /** The reader's origin has not heard of a mute, nor of what the muted one posts after it; delivery has. */
  | {
      readonly do: 'overtake-tail'
      readonly viewer: number
      readonly by: number
      readonly via: 'origin-a' | 'origin-b'
    }
  /** Nodes lose what a batch pushed, though the batch ended well. */
  | { readonly do: 'lose-pushes'; readonly by: number; readonly nodes: readonly NodeName[] }
  /** What an origin read before a change, it puts into Redis after it. */
  | { readonly do: 'late-fill'; readonly post: number; readonly how: 'edit' | 'delete' }
  /** A warmer that has read Postgres and has not written yet; it ends, or never does. */
  | { readonly do: 'begin-warming'; readonly list: 'timeline' | 'author-list'; readonly of: number }
  | { readonly do: 'end-warming'; readonly which: number }
  /** A warmer loses its list, misses a post, and ends while the next warmer owns the list. */
  | {
      readonly do: 'overtake-warming'
      readonly list: 'timeline' | 'author-list'
      readonly of: number
      readonly by: number
    }
  | { readonly do: 'flush'; readonly nodes: readonly NodeName[] }
  | { readonly do: 'evict'; readonly what: Evicted; readonly of: number }
  /** Now, or at a moment of the next batch of delivery. */
  | { readonly do: 'snapshot'; readonly when: SnapshotMoment }
  | { readonly do: 'roll-back'; readonly nodes: readonly NodeName[] }
  | { readonly do: 'kill-delivery'; readonly when: Death }
  | { readonly do: 'redeliver'; readonly batches: number }
  | { readonly do: 'lag'; readonly who: Lagging }
  | { readonly do: 'catch-up'; readonly who: Lagging }
  /** Until time passes, or some pages have missed it. */
  | { readonly do: 'away'; readonly what: Away }
  | { readonly do: 'restart'; readonly what: Via }

/** What a run is made of besides its commands. Small, so that every cap is met. */
export interface Scale {
  readonly people: number
  readonly listPostsMax: number
  readonly sessionPostsMax: number
  /** Who follows whom at first: bits, by pair. */
  readonly follows: number
  /** Posts of each person before the first command. */
  readonly posts: number
  /** Everybody has read already, so that lists and records are there. */
  readonly warm: boolean
}

export interface Run {
  readonly scale: Scale
  readonly commands: readonly Command[]
}

const via: fc.Arbitrary<Via> = fc.constantFrom('origin-a', 'edge-1', 'origin-b', 'edge-1', 'edge-2')
const index = fc.nat({ max: 30 })
const limit = fc.integer({ min: 1, max: 7 })
const withToken = fc.boolean()
const afterMs = fc.constantFrom(0, 0, 300, 700)
const lagging: fc.Arbitrary<Lagging> = fc.constantFrom('delivery', 'leader', 'tail-a', 'tail-b')
const away: fc.Arbitrary<Away> = fc.constantFrom('redis', 'redis', 'postgres', 'budget')

/** All of them, or one. */
const nodes: fc.Arbitrary<readonly NodeName[]> = fc.constantFrom<readonly NodeName[]>(
  NODES,
  ['even'],
  ['odd'],
  ['region'],
)

/** Mostly moments; sometimes past the bounds of staleness, what the tail remembers, an hour, a list’s life. */
const passing = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(1, 20, 60) },
  { weight: 8, arbitrary: fc.constantFrom(260, 600, 1_100) },
  { weight: 4, arbitrary: fc.constantFrom(2_100, 5_100) },
  { weight: 4, arbitrary: fc.constantFrom(9_000, 31_000) },
  { weight: 1, arbitrary: fc.constantFrom(3_700_000, 6 * 24 * 3_600_000, 8 * 24 * 3_600_000) },
)

const ordinary: fc.WeightedArbitrary<Command>[] = [
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('post' as const),
      by: index,
      count: fc.oneof(fc.constant(1), fc.integer({ min: 2, max: 12 })),
      via,
      later: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('edit' as const, 'delete' as const),
      post: index,
      via,
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('relate' as const),
      how: fc.constantFrom<Relation>(
        'follow',
        'follow',
        'follow',
        'unfollow',
        'block',
        'unblock',
        'mute',
        'unmute',
      ),
      from: index,
      to: index,
      via,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('threshold' as const), followers: fc.nat({ max: 4 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('strategy' as const),
      strategy: fc.constantFrom('push' as const, 'pull' as const, 'hybrid' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('open' as const), by: index }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('commit' as const), which: index }) },
  { weight: 14, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: passing }) },
  {
    weight: 14,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      afterMs,
      viewer: index,
      mode: fc.constantFrom('latest' as const, 'ranked' as const),
      limit,
      via,
      withToken,
      hold: fc.constant(false),
      meanwhile: fc.option(
        fc.record({
          after: fc.integer({ min: 1, max: 12 }),
          by: index,
          how: fc.constantFrom<Relation | undefined>(
            undefined,
            undefined,
            'mute',
            'unmute',
            'follow',
          ),
        }),
        { nil: undefined, freq: 4 },
      ),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('more' as const),
      afterMs,
      walk: index,
      pages: fc.integer({ min: 1, max: 20 }),
      limit,
      via,
      withToken,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('look' as const),
      viewer: index,
      post: index,
      via,
      withToken,
    }),
  },
]

const lingering: fc.WeightedArbitrary<Command> = {
  weight: 2,
  arbitrary: fc.record({
    do: fc.constant('linger' as const),
    viewer: index,
    other: index,
    how: fc.constantFrom<readonly Relation[]>(
      ['block', 'unblock'],
      ['unblock', 'follow'],
      ['mute', 'unmute'],
      ['follow', 'unfollow'],
      ['unfollow', 'follow'],
    ),
    via: fc.constantFrom('edge-1' as const, 'edge-2' as const),
  }),
}

const faults: fc.WeightedArbitrary<Command>[] = [
  { weight: 2, arbitrary: fc.record({ do: fc.constant('flush' as const), nodes }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('evict' as const),
      what: fc.constantFrom<Evicted>('timeline', 'author-list', 'fragment', 'record', 'session'),
      of: index,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('snapshot' as const),
      when: fc.constantFrom<SnapshotMoment>('now', 'before-push', 'after-push', 'after-claims'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('roll-back' as const), nodes }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('kill-delivery' as const),
      when: fc.constantFrom<Death>(
        'at-once',
        'between-pushes',
        'before-claims',
        'after-claims',
        'nodes-lose-pushes',
        'nodes-rolled-back',
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('redeliver' as const),
      batches: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('lag' as const), who: lagging }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('catch-up' as const), who: lagging }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('away' as const), what: away }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const), what: via }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('begin-warming' as const),
      list: fc.constantFrom('timeline' as const, 'author-list' as const),
      of: index,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('end-warming' as const), which: index }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('overtake-warming' as const),
      list: fc.constantFrom('timeline' as const, 'author-list' as const),
      of: index,
      by: index,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      afterMs,
      viewer: index,
      mode: fc.constantFrom('latest' as const, 'ranked' as const),
      limit,
      via,
      withToken,
      hold: fc.constant(true),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ do: 'settle' }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('lose-pushes' as const), by: index, nodes }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('overtake-read' as const),
      viewer: index,
      by: index,
      after: fc.integer({ min: 1, max: 6 }),
      via,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('overtake-tail' as const),
      viewer: index,
      by: index,
      via: fc.constantFrom('origin-a' as const, 'origin-b' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('late-fill' as const),
      post: index,
      how: fc.constantFrom('edit' as const, 'delete' as const),
    }),
  },
]

const scale: fc.Arbitrary<Scale> = fc.record({
  people: fc.integer({ min: 3, max: 5 }),
  listPostsMax: fc.integer({ min: 8, max: 20 }),
  sessionPostsMax: fc.integer({ min: 10, max: 30 }),
  follows: fc.nat({ max: 2 ** 20 - 1 }),
  posts: fc.nat({ max: 6 }),
  warm: fc.boolean(),
})

const commandsOf = (weighted: fc.WeightedArbitrary<Command>[]) =>
  fc.array(fc.oneof(...weighted), { minLength: 25, maxLength: 50, size: 'max' })

/** One run in four has no fault at all: every page of it is complete. */
export const runs: fc.Arbitrary<Run> = fc.record({
  scale,
  commands: fc.oneof(
    { weight: 1, arbitrary: commandsOf([...ordinary, lingering]) },
    { weight: 3, arbitrary: commandsOf([...ordinary, lingering, ...faults]) },
  ),
})
