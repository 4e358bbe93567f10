import type { EdgeName, OriginName } from '../world/process.ts'
import type { Random } from '../world/random.ts'
import type { Deed, Step, Via } from './steps.ts'

const ORIGINS: readonly OriginName[] = ['origin-a', 'origin-b']
const EDGES: readonly EdgeName[] = ['edge-1', 'edge-2']
const ALL: readonly Via[] = [...ORIGINS, ...EDGES]

/** Short histories in which several things go wrong in one order: chance alone does not bring them together. */
export type Trouble = (random: Random, people: number) => readonly (Deed | Step)[]

type Fault = Extract<Deed, { readonly do: 'fault' }>

const fault = (
  kind: Fault['fault'],
  store: Fault['store'],
  call: string,
  more: Partial<Pick<Fault, 'process' | 'skip' | 'ms'>> = {},
): Fault => ({
  do: 'fault',
  fault: kind,
  store,
  call,
  process: undefined,
  skip: 0,
  ms: 0,
  ...more,
})

const readOf = (viewer: number, via: Via, limit = 6, withToken = false) =>
  ({ do: 'read', viewer, via, mode: 'latest', limit, withToken, pages: 1, gapMs: 0 }) as const

/** The same again and again, for whatever shows for a moment only. */
const each = (everyMs: number, times: number, deed: Deed): readonly Step[] =>
  Array.from({ length: times }, () => ({ afterMs: everyMs, ...deed }))

/** Somebody reads what another one writes. */
function pairOf(random: Random, people: number) {
  const viewer = random.below(people)
  const author = (viewer + 1 + random.below(people - 1)) % people
  return { viewer, author }
}

const follows = (from: number, to: number, via: Via): readonly Deed[] =>
  (['unblock', 'unmute', 'follow'] as const).map((how) => ({ do: 'relate', how, from, to, via }))

const originsOf = (random: Random): readonly [OriginName, OriginName] =>
  random.chance(0.5) ? ['origin-a', 'origin-b'] : ['origin-b', 'origin-a']

/** A warmer is slow, and its list is evicted meanwhile; a post comes; another warmer begins, and never ends. */
const warming: Trouble = (random, people) => {
  const { viewer, author } = pairOf(random, people)
  const [slow, hung] = originsOf(random)
  return [
    { do: 'evict-timeline', viewer },
    fault('call slow', 'postgres', 'truth.timeline', { process: slow, ms: 1_501 }),
    readOf(viewer, slow),
    { afterMs: 100, do: 'evict-timeline', viewer },
    { do: 'post', author, via: hung, count: 1 },
    {
      afterMs: 300,
      ...fault('call hung, nothing done', 'redis', 'lists.warm-end', { process: hung }),
    },
    readOf(viewer, hung),
    { afterMs: 7_500, ...readOf(viewer, slow) },
  ]
}

/** A reader misses a text, and gets it late: it puts back what was changed meanwhile. */
const fill: Trouble = (random, people) => {
  const author = random.below(people)
  const via = random.pick(ORIGINS)
  const look = { do: 'look', viewer: author, via, post: 0, withToken: false } as const
  return [
    { do: 'post', author, via, count: 1 },
    { afterMs: 1_500, do: 'evict-post', post: 0 },
    fault('call slow', 'postgres', 'truth.posts', { process: via, ms: 801 }),
    look,
    { afterMs: 80, do: random.pick(['edit', 'delete']), author, post: 0, via: random.pick(ALL) },
    { afterMs: 9_000, ...look },
    { ...look, via: random.pick(EDGES) },
  ]
}

/** An isolate keeps whom a reader follows; the reader mutes somebody, and whoever should say so fails, or leads no longer. */
const invalidation: Trouble = (random, people) => {
  const { viewer, author } = pairOf(random, people)
  const [via, edge] = [random.pick(ORIGINS), random.pick(EDGES)]
  const read = readOf(viewer, edge, 3)
  return [
    ...follows(viewer, author, via),
    { do: 'post', author, via, count: 1 },
    { afterMs: 1_500, ...read },
    ...each(400, 2, read),
    random.pick<Deed>([
      fault('call refused', 'redis', 'region.append'),
      fault('process killed before the effect', 'redis', 'region.append'),
      { do: 'cut-leader' },
      { do: 'cut-leader' },
    ]),
    { do: 'relate', how: 'mute', from: viewer, to: author, via },
    { afterMs: 1_200, ...read },
    { afterMs: 700, ...read },
    ...each(300, 3, read),
  ]
}

/** Two appends are slow: the second waits while a tick that has it is there already. */
const slowAppends: Trouble = (random, people) => {
  const { viewer, author } = pairOf(random, people)
  const [via, edge] = [random.pick(ORIGINS), random.pick(EDGES)]
  const read = readOf(viewer, edge, 3)
  const slow = fault('call slow', 'redis', 'region.append', { ms: 420 })
  return [
    ...follows(viewer, author, via),
    { do: 'post', author, via, count: 1 },
    { afterMs: 1_500, ...read },
    ...each(400, 2, read),
    slow,
    slow,
    { do: 'edit', author, post: 0, via },
    { afterMs: 50, do: 'relate', how: 'mute', from: viewer, to: author, via },
    { afterMs: 300, ...read },
    ...each(40, 16, read),
  ]
}

/** Redis is away while posts come; delivery has a backlog then, and is held up in the middle of it. */
const backlog: Trouble = (random, people) => {
  const { viewer, author } = pairOf(random, people)
  const via = random.pick(ORIGINS)
  const awayMs = random.between(500, 900)
  const read = readOf(viewer, via, 12)
  return [
    ...follows(viewer, author, via),
    readOf(viewer, via),
    { afterMs: 1_500, ...readOf(viewer, via) },
    { do: 'away', store: 'redis', process: undefined, how: 'refuse', ms: awayMs },
    { afterMs: 20, do: 'post', author, via, count: 9 },
    {
      afterMs: awayMs - 20,
      ...fault('call hung, nothing done', 'redis', 'delivery.putPosts', {
        skip: random.between(1, 3),
      }),
    },
    ...each(60, 16, read),
  ]
}

/** Redis loses the pushes since the last claim, and nothing more; nothing else is sent before the next claim. */
const failover: Trouble = (random, people) => {
  const { viewer, author } = pairOf(random, people)
  const [via, edge] = [random.pick(ORIGINS), random.pick(EDGES)]
  const pushedMs = random.between(30, 90)
  const lose = (server: 'even' | 'odd') => ({ do: 'failover', server, lostMs: pushedMs }) as const
  return [
    ...follows(viewer, author, via),
    readOf(viewer, via),
    { afterMs: 1_500, do: 'post', author, via, count: 1 },
    { afterMs: pushedMs, ...lose('even') },
    lose('odd'),
    { afterMs: 900, ...readOf(viewer, edge) },
    { afterMs: 7_500, ...readOf(viewer, via) },
  ]
}

/** Nobody can tell about a post for so long that delivery gives it up; its readers look again and again. */
const burial: Trouble = (random, people) => {
  const { viewer, author } = pairOf(random, people)
  const via = random.pick(ORIGINS)
  return [
    ...follows(viewer, author, via),
    readOf(viewer, via),
    { afterMs: 1_500, do: 'poison', author, via, ms: 22_000 },
    ...each(2_000, 10, readOf(viewer, via)),
  ]
}

/** The tail that the pulled set comes from hangs, and somebody's posts are to be pulled from now on. */
const hangingTail: Trouble = (random, people) => {
  const { viewer, author } = pairOf(random, people)
  const [via, edge] = [random.pick(ORIGINS), random.pick(EDGES)]
  const read = readOf(viewer, edge)
  const hang = (process: OriginName) =>
    fault('call hung, nothing done', 'postgres', 'tail.read', { process })
  return [
    ...follows(viewer, author, via),
    readOf(viewer, via),
    { afterMs: 1_000, ...read },
    { do: 'strategy', strategy: 'pull', threshold: 1 },
    ...ORIGINS.map(hang),
    { afterMs: 220, do: 'post', author, via, count: 1 },
    ...each(100, 12, read),
  ]
}

/** A reader has a token that its origin has not read yet, and the read that should bring it fails. */
const failingTail: Trouble = (random, people) => {
  const author = random.below(people)
  const [via, other] = originsOf(random)
  return [
    { do: 'lose-wake-up' },
    { do: 'post', author, via, count: 1 },
    {
      afterMs: random.between(8, 40),
      ...fault('call refused', 'postgres', 'tail.read', { process: other }),
    },
    readOf(author, other, 6, true),
  ]
}

/**
 * A delivery is slow, and done while a reader at the edge is held up between a list and its watermark. An origin
 * would not miss the post, which its tail has; an isolate has what the two say.
 */
const interruption: Trouble = (random, people) => {
  const { viewer, author } = pairOf(random, people)
  const [via, edge] = [random.pick(ORIGINS), random.pick(EDGES)]
  const read = readOf(viewer, edge)
  return [
    ...follows(viewer, author, via),
    readOf(viewer, via),
    { afterMs: 1_500, ...read },
    { afterMs: 300, ...read },
    fault('call slow', 'redis', 'delivery.push', { ms: 496 }),
    { do: 'post', author, via, count: 1 },
    {
      afterMs: random.between(300, 440),
      do: 'interrupt',
      process: edge,
      place: random.between(3, 6),
      ms: 240,
    },
    read,
  ]
}

/** Its origin holds what a page takes; the follow was made at the other. */
const warmReader = (
  viewer: number,
  author: number,
  via: OriginName,
  other: OriginName,
): readonly (Deed | Step)[] => [
  ...follows(viewer, author, other),
  readOf(viewer, via),
  { afterMs: 1_500, ...readOf(viewer, via) },
]

/** Between the record of a page and its lists its reader mutes somebody, who posts right after. */
const amidPage: Trouble = (random, people) => {
  const { viewer, author } = pairOf(random, people)
  const [via, other] = originsOf(random)
  return [
    ...warmReader(viewer, author, via, other),
    fault('call slow', 'redis', 'waves.send', { process: via, ms: 480 }),
    { afterMs: 300, ...readOf(viewer, via) },
    { afterMs: 10, do: 'relate', how: 'mute', from: viewer, to: author, via: other },
    { afterMs: 20, do: 'post', author, via: other, count: 1 },
  ]
}

/** The same, and the reader's origin has heard of neither: delivery was quicker than its tail. */
const slowTail: Trouble = (random, people) => {
  const { viewer, author } = pairOf(random, people)
  const [via, other] = originsOf(random)
  return [
    ...warmReader(viewer, author, via, other),
    fault('call slow', 'postgres', 'tail.read', { process: via, ms: 1_200 }),
    { afterMs: 80, do: 'relate', how: 'mute', from: viewer, to: author, via: other },
    { afterMs: 20, do: 'post', author, via: other, count: 1 },
    ...each(150, 6, readOf(viewer, via)),
  ]
}

/** An isolate keeps whom a reader blocked, and looks at a post for them again and again. */
const unblocking: Trouble = (random, people) => {
  const { viewer, author } = pairOf(random, people)
  const [via, edge] = [random.pick(ORIGINS), random.pick(EDGES)]
  const look = { do: 'look', viewer, via: edge, post: 0, withToken: false } as const
  return [
    { do: 'relate', how: 'block', from: viewer, to: author, via },
    { do: 'post', author, via, count: 1 },
    { afterMs: 1_500, ...look },
    ...each(400, 2, look),
    { do: 'relate', how: 'unblock', from: viewer, to: author, via },
    ...each(300, 9, look),
  ]
}

/** The last that somebody says, and then the process dies that counts it. */
export const lastWords: Trouble = (random, people) => [
  fault('process killed before the effect', 'postgres', 'counts.recount'),
  { afterMs: 1_500, do: 'post', author: random.below(people), via: random.pick(ORIGINS), count: 1 },
  { afterMs: 4_000, do: 'rest' },
]

export const TROUBLES: readonly Trouble[] = [
  warming,
  fill,
  invalidation,
  slowAppends,
  backlog,
  failover,
  burial,
  hangingTail,
  failingTail,
  interruption,
  amidPage,
  slowTail,
  unblocking,
]
