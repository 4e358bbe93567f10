import type { PostId } from '../../../shared/ids.ts'
import { must } from '../judge/violation.ts'
import type { Via } from '../scenario/steps.ts'
import type { Pause } from './perform.ts'
import { read } from './reading.ts'
import type { RunState } from './run.ts'
import { nameOf } from './writing.ts'

/** Leases of the dead, retries and the last poll end within this. */
const SETTLE_MS = 16_000
const VIAS: readonly Via[] = ['origin-a', 'edge-1', 'origin-b', 'edge-2']
const PAGES_MAX = 60
const LOSSES = ['failover lost the newest writes', 'restart from an old snapshot'] as const

/** When nothing goes wrong any more, everything is as Postgres says, and nothing was lost or done twice. */
export async function endOf(state: RunState, pause: Pause): Promise<void> {
  const { world } = state
  world.faults.end()
  world.poisonedPosts.clear()
  world.stores.replicaLagMs = 0
  await pause(SETTLE_MS)
  await replayDead(state)
  state.isSettled = true
  state.trace('the end: nothing goes wrong any more')
  checkOnce(state)
  checkCounts(state)
  for (const [number, viewer] of world.people.entries()) {
    for (const via of [VIAS[number % VIAS.length], VIAS[(number + 1) % VIAS.length]] as Via[]) {
      const token = { ...step(number, via), limit: 7, pages: PAGES_MAX }
      const walk = await read(state, token, pause)
      must(
        8,
        walk?.cursor === null,
        () => `${nameOf(state, viewer)} did not reach the end through ${via}`,
      )
      const visible = world.past.throughout(viewer, world.past.moments.length - 1)
      const lost = visible.filter((post) => !walk.shown.has(post))
      must(
        1,
        lost.length === 0,
        () => `at the end ${lost.join(' ')} is missing for ${nameOf(state, viewer)} through ${via}`,
      )
      const extra = [...walk.shown].filter((post) => !visible.includes(post as PostId))
      must(
        7,
        extra.length === 0,
        () => `at the end ${extra.join(' ')} is shown to ${nameOf(state, viewer)} through ${via}`,
      )
      must(8, !walk.isLacking, () => `at the end a page through ${via} was still incomplete`)
    }
  }
}

const step = (viewer: number, via: Via) =>
  ({ do: 'read', viewer, via, mode: 'latest', withToken: true, gapMs: 0 }) as const

async function replayDead(state: RunState): Promise<void> {
  const { world } = state
  const origin = world.origin('origin-a') ?? world.origin('origin-b')
  for (const letter of world.stores.database.deadLetters.values()) {
    if (letter.replayedAtMs === undefined) await origin?.flows.replayDeadLetter(letter.id)
  }
}

/** Acknowledged: once. Not acknowledged: at most once, however often it was asked for. */
function checkOnce({ world, attempts }: RunState): void {
  for (const [name, { text, isAcknowledged }] of attempts) {
    const made = world.past.beginnings.get(name) ?? []
    must(6, made.length <= 1, () => `“${text}” was posted ${made.length} times: ${made.join(' ')}`)
    must(
      6,
      !isAcknowledged || made.length === 1,
      () => `“${text}” was acknowledged, and is nowhere`,
    )
  }
}

function checkCounts({ world }: RunState): void {
  const { tables } = world.stores.database
  const now = world.stores.redis.now()
  const hasLost = LOSSES.some((kind) => world.faults.fired.has(kind))
  for (const [user, counts] of tables.counts) {
    const follows = [...tables.follow.values()]
    const rows = {
      followers: follows.filter(({ to }) => to === user).length,
      following: follows.filter(({ from }) => from === user).length,
      posts: [...tables.posts.values()].filter(
        ({ author, isDeleted }) => author === user && !isDeleted,
      ).length,
    }
    const { version: _, ...counted } = counts
    must(
      11,
      JSON.stringify(counted) === JSON.stringify(rows),
      () => `${user} is counted as ${JSON.stringify(counted)}, and is ${JSON.stringify(rows)}`,
    )
    const shown = world.stores.redis.counts.get(user as never)
    // Counts stand under no watermark: what a node lost, older ones are shown for in its place, not for long.
    if (shown === undefined || shown.expiresAtMs <= now || hasLost) continue
    must(
      11,
      shown.json === JSON.stringify(rows),
      () => `${user} is shown as ${shown.json}, and is ${JSON.stringify(rows)}`,
    )
  }
}
