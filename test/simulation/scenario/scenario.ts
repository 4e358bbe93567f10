import type { CallFault, Store } from '../world/faults.ts'
import { randomOf, type Random } from '../world/random.ts'
import type { EdgeName, OriginName, ProcessName } from '../world/process.ts'
import { SERVERS } from '../world/stores.ts'
import type { Deed, RelationStep, Scenario, Step, Via } from './steps.ts'
import { lastWords, TROUBLES } from './troubles.ts'

const ORIGINS: readonly OriginName[] = ['origin-a', 'origin-b']
const EDGES: readonly EdgeName[] = ['edge-1', 'edge-2']
const ALL: readonly Via[] = [...ORIGINS, ...EDGES]

/** How long people and faults are at it, before and after the quiet stretch together. */
const ACTIVE_MS = 28_000
/**
 * Then nobody does anything for longer than anything here is remembered or put off: tails have forgotten all,
 * leases of the dead are over, isolates hold nothing, the leader has done its chores, and the pulled set was
 * looked through. What people meet after that is another world than that of a burst.
 */
const QUIET_MS = [62_000, 82_000] as const
const FAULTLESS_SHARE = 0.1
const TROUBLE_SHARE = 0.03
/** So many end with a death between the last post and its counting. */
const LAST_WORDS_SHARE = 0.15
const HOUR_MS = 3_600_000

/** What a seed does: who writes and reads, and what goes wrong. */
export function scenarioOf(seed: number): Scenario {
  const random = randomOf(seed * 2_654_435_761)
  const people = random.between(3, 5)
  const isFaultless = random.chance(FAULTLESS_SHARE)
  const follows = pairs(people).filter(() => random.chance(0.6))
  const world = {
    people,
    follows,
    listPostsMax: random.between(8, 20),
    sessionPostsMax: random.between(10, 14),
    batchMax: random.pick([2, 5, 1_000]),
    noise: isFaultless || random.chance(0.5) ? 0 : random.pick([0.0005, 0.002, 0.006]),
    spared: [],
    redisSkewMs: isFaultless || random.chance(0.6) ? 0 : random.between(-80, 80),
    replicaLagMs: isFaultless ? 0 : random.pick([0, 0, 5, 40]),
    interruptions: isFaultless ? 0 : random.pick([0, 0.02, 0.1]),
  }
  const steps: Step[] = []
  let atMs = 0
  let quietFromMs = random.between(ACTIVE_MS / 4, ACTIVE_MS)
  while (atMs < ACTIVE_MS) {
    if (atMs >= quietFromMs) {
      quietFromMs = Number.POSITIVE_INFINITY
      steps.push({ afterMs: random.between(...QUIET_MS), do: 'rest' })
    }
    const afterMs = random.chance(0.35) ? random.below(4) : Math.floor(random.next() ** 2 * 2_000)
    const more =
      !isFaultless && random.chance(TROUBLE_SHARE)
        ? random.pick(TROUBLES)(random, people)
        : [isFaultless || random.chance(0.7) ? useOf(random, people) : faultOf(random, people)]
    for (const [at, deed] of more.entries()) {
      const step = 'afterMs' in deed ? deed : { afterMs: at === 0 ? afterMs : 0, ...deed }
      steps.push(step)
      atMs += step.afterMs
    }
  }
  if (!isFaultless && random.chance(LAST_WORDS_SHARE)) {
    for (const deed of lastWords(random, people)) steps.push({ afterMs: 0, ...deed })
  }
  return { seed, world, steps }
}

function pairs(people: number): (readonly [number, number])[] {
  const numbers = Array.from({ length: people }, (_, at) => at)
  return numbers.flatMap((from) =>
    numbers.filter((to) => to !== from).map((to) => [from, to] as const),
  )
}

function useOf(random: Random, people: number): Deed {
  const someone = () => random.below(people)
  const via = random.pick(ALL)
  const dice = random.next()
  if (dice < 0.3) {
    const count = random.chance(0.15) ? random.between(2, 9) : 1
    return { do: 'post', author: someone(), via, count }
  }
  if (dice < 0.38) {
    const how = random.chance(0.5) ? 'edit' : 'delete'
    return { do: how, author: someone(), post: random.below(6), via }
  }
  if (dice < 0.52) {
    const from = someone()
    const to = (from + 1 + random.below(people - 1)) % people
    const how = random.pick<RelationStep>([
      'follow',
      'follow',
      'follow',
      'unfollow',
      'block',
      'unblock',
      'unblock',
      'mute',
      'unmute',
      'unmute',
    ])
    return { do: 'relate', how, from, to, via }
  }
  if (dice < 0.54) return { do: 'rename', user: someone(), via }
  if (dice < 0.88) {
    return {
      do: 'read',
      viewer: someone(),
      via,
      mode: random.chance(0.8) ? 'latest' : 'ranked',
      limit: random.chance(0.7) ? random.between(1, 4) : random.between(5, 12),
      withToken: random.chance(0.35),
      pages: random.chance(0.6) ? 1 : random.between(2, 12),
      gapMs: random.chance(0.5) ? 0 : random.below(700),
    }
  }
  if (dice < 0.96) {
    return {
      do: 'look',
      viewer: someone(),
      via,
      post: random.below(12),
      withToken: random.chance(0.5),
    }
  }
  return {
    do: 'strategy',
    strategy: random.pick(['push', 'pull', 'hybrid', 'hybrid']),
    threshold: random.between(1, 4),
  }
}

const CALL_FAULTS: readonly CallFault[] = [
  'call refused',
  'call hung, nothing done',
  'call done after its deadline',
  'reply lost after the effect',
  'call slow',
  'process killed before the effect',
  'process killed after the effect',
]

function faultOf(random: Random, people: number): Deed {
  const dice = random.next()
  const process = random.chance(0.3) ? undefined : random.pick<ProcessName>(ALL)
  const store = process === undefined ? random.pick<Store>(STORES) : storeOf(random, process)
  if (dice < 0.36) {
    const fault = random.pick(CALL_FAULTS)
    return {
      do: 'fault',
      fault,
      store,
      process,
      skip: random.below(30),
      ms: random.between(20, 1_200),
    }
  }
  if (dice < 0.46) {
    const how = random.pick(['refuse', 'hang'] as const)
    // Isolates ask less often than origins do: it takes longer until somebody notices.
    const msMax = store === 'l2' || store === 'origin' ? 8_000 : 3_000
    return { do: 'away', store, process, how, ms: random.between(100, msMax) }
  }
  if (dice < 0.54) {
    // Half of them lose less than what lies between two claims: the pushes, and not the claim before them.
    const lostMs = random.between(1, random.chance(0.5) ? 200 : 1_500)
    return { do: 'failover', server: random.pick(SERVERS), lostMs }
  }
  if (dice < 0.58) {
    return { do: 'rollback', server: random.pick(SERVERS), lostMs: random.between(1_500, 20_000) }
  }
  if (dice < 0.62) return { do: 'flush', server: random.pick(SERVERS) }
  if (dice < 0.69) return { do: 'evict', which: random.below(1_000) }
  if (dice < 0.74) return { do: 'lag', ms: random.pick([0, 20, 200, 900]) }
  if (dice < 0.8) return { do: 'hold', ms: random.between(10, 1_500) }
  if (dice < 0.84) return { do: 'lose-wake-up' }
  if (dice < 0.87) {
    return {
      do: 'poison',
      author: random.below(people),
      via: random.pick(ALL),
      ms: random.between(500, 12_000),
    }
  }
  if (dice < 0.9) return { do: 'cut-leader' }
  if (dice < 0.93) return { do: 'restart', process: random.pick(ORIGINS) }
  if (dice < 0.965) {
    return { do: 'freeze', process: random.pick(ALL), ms: random.between(100, 4_000) }
  }
  if (dice < 0.99) return { do: 'replace', edge: random.pick(EDGES) }
  return { do: 'sleep', ms: random.pick([2_000, 30_000, HOUR_MS, 13 * HOUR_MS, 26 * HOUR_MS]) }
}

const STORES: readonly Store[] = ['postgres', 'redis', 'l2', 'origin']

const storeOf = (random: Random, process: ProcessName): Store =>
  process.startsWith('edge')
    ? random.pick(['l2', 'origin'] as const)
    : random.pick(['postgres', 'redis'] as const)
