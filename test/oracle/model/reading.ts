import type { ErrorCode } from '../../../shared/errors.ts'
import type { Token } from '../../../shared/horizon.ts'
import type { PostId, UserId } from '../../../shared/ids.ts'
import { goOn, kindOf, type Walk } from '../../support/feed-walk.ts'
import type { Seen } from '../checks/page.ts'
import { checkPost } from '../checks/post.ts'
import { walkJudge } from '../checks/walk.ts'
import type { Command, Meanwhile, Via } from './commands.ts'
import type { RunState } from './run-state.ts'
import { count } from './tally.ts'
import type { Writing } from './writing.ts'

export interface Reading {
  read(command: Omit<Extract<Command, { do: 'read' }>, 'do' | 'afterMs'>): Promise<void>
  more(command: Extract<Command, { do: 'more' }>): Promise<void>
  look(command: Omit<Extract<Command, { do: 'look' }>, 'do'>): Promise<void>
}

/** A cursor that somebody holds. */
interface Held {
  readonly viewer: UserId
  readonly walk: Walk<Seen>
  readonly atMs: number
  /** Losses of Redis, and sessions of this viewer, until then: with more of them, this one may be gone. */
  readonly losses: number
  readonly sessions: number
}

const DAY_MS = 24 * 3_600_000
const SESSIONS_KEPT = 3
/** Pages that miss something before what is away comes back. */
const LABELLED_MAX = 3
/** An author who drops the token still sees its post so long, through the isolate that forwarded it. */
const FORWARDED_MS = 5_000

export function reading(
  state: RunState,
  { publish, relate }: Pick<Writing, 'publish' | 'relate'>,
): Reading {
  const { world, readers, tally, tokens, posts, checks } = state
  const judge = walkJudge(checks)
  const held: Held[] = []
  let labelled = 0
  const sessions = new Map<UserId, number>()

  /** Without a token, an author's own posts all the same: at the origin, and where they were sent on. */
  function ownPosts(viewer: UserId, via: Via): PostId[] {
    const isAtOrigin = via === 'origin-a' || via === 'origin-b'
    return [...posts].flatMap(([id, post]) => {
      if (post.author !== viewer || !post.isPushed) return []
      const isHere = isAtOrigin
        ? post.losses === world.node.losses()
        : post.via === via && isWithinLife(post.xid, via)
      return isHere ? [id] : []
    })
  }

  function isWithinLife(xid: number, via: Via): boolean {
    const place = world.history.placeOfXid(xid)
    const atMs = place === undefined ? undefined : world.history.moments[place]?.atMs
    if (atMs === undefined || atMs < world.startedAtMs(via)) return false
    return world.now() - atMs <= FORWARDED_MS
  }

  /** A page came: it is counted, checked by itself, and taken for the next part of a walk. */
  function take(before: Walk<Seen> | undefined, seen: Seen, servedBy: string): Walk<Seen> {
    const { completeness } = seen.page
    tally.pages[completeness] += 1
    if (state.isFaultless) tally.faultless[completeness] += 1
    count(tally.layers, servedBy)
    if (completeness !== 'complete') {
      count(tally.causes, state.causes().join(' and ') || 'nothing')
      labelled += 1
      // A walk of twenty pages would otherwise be labelled to its end.
      if (labelled % LABELLED_MAX === 0) state.giveAllBack()
    }
    const walk = goOn(judge, before, seen)
    if (walk.cursor === null) count(tally.met, 'walk ended')
    if (before?.last.isRanked === true && !seen.isRanked) count(tally.met, 'session ended')
    if (!seen.isRanked && walk.shown.size > world.settings.current['list.postsMax']) {
      count(tally.met, 'seam crossed')
    }
    return walk
  }

  function interrupt(viewer: UserId, meanwhile: Meanwhile | undefined): void {
    if (meanwhile === undefined || world.away.size > 0) return
    const { after, by, how } = meanwhile
    const to = world.people.filter((person) => person !== viewer).indexOf(state.personAt(by))
    world.interruptions.next = {
      after,
      async happens() {
        if (how !== undefined && to !== -1) {
          await relate({ how, from: world.people.indexOf(viewer), to, via: 'origin-b' })
        }
        await publish(state.personAt(by), 'origin-a')
        world.lagging.delete('delivery')
        await world.pass(300)
      },
    }
  }

  const tokenFor = (viewer: UserId, withToken: boolean): Token | undefined =>
    withToken ? tokens.get(viewer) : undefined

  async function read(command: Parameters<Reading['read']>[0]): Promise<void> {
    const viewer = state.personAt(command.viewer)
    const { mode, limit, via } = command
    const token = tokenFor(viewer, command.withToken)
    const own = ownPosts(viewer, via)
    // Before the read: what interrupts it may lose the session that it has just written.
    const losses = world.node.losses()
    interrupt(viewer, command.meanwhile)
    const outcome = await readers.feed(via, viewer, { mode, limit, cursor: undefined }, token)
    world.interruptions.next = undefined
    const page = state.granted(outcome, `a ${mode} page through ${via}`)
    if (!command.hold) await state.settle(via)
    if (page === undefined) return
    const isRanked = mode === 'ranked'
    const seen = {
      viewer,
      page: page.answer,
      token,
      own,
      atMs: world.now(),
      isFrozen: false,
      isRanked,
    }
    const walk = take(undefined, seen, page.servedBy)
    if (walk.cursor === null) return
    if (kindOf(walk.cursor) === 'ranked') sessions.set(viewer, (sessions.get(viewer) ?? 0) + 1)
    held.push({
      viewer,
      walk,
      atMs: world.now(),
      losses,
      sessions: sessions.get(viewer) ?? 0,
    })
  }

  /** A cursor that was held, for however long: the walk goes on for some pages. */
  async function more(command: Extract<Command, { do: 'more' }>): Promise<void> {
    const [before] = held.splice(command.walk % Math.max(1, held.length), 1)
    if (before === undefined) return
    const { viewer } = before
    const { via, limit } = command
    let { walk } = before
    for (let pages = 0; pages < command.pages && walk.cursor !== null; pages += 1) {
      const token = tokenFor(viewer, command.withToken)
      const isRanked = kindOf(walk.cursor) === 'ranked'
      const query = { mode: 'ranked', limit, cursor: walk.cursor } as const
      const outcome = await readers.feed(via, viewer, query, token)
      const page = state.granted(
        outcome,
        `a next page through ${via}`,
        isRanked ? whyGone(before) : [],
      )
      await state.settle(via)
      if (page === undefined) {
        if (isOver(outcome)) count(tally.met, 'gone')
        // A refused page changes nothing: the cursor stays good.
        else held.push({ ...before, walk })
        return
      }
      const seen = {
        viewer,
        page: page.answer,
        token,
        own: [],
        atMs: world.now(),
        isFrozen: isRanked,
        isRanked,
      }
      walk = take(walk, seen, page.servedBy)
    }
    if (walk.cursor !== null) held.push({ ...before, walk, atMs: world.now() })
  }

  const isOver = (outcome: object): boolean =>
    'code' in outcome &&
    (outcome.code === 'FEED_SESSION_GONE' || outcome.code === 'FEED_CURSOR_EXPIRED')

  function whyGone({ viewer, atMs, losses, sessions: made }: Held): readonly ErrorCode[] {
    if (world.now() - atMs > DAY_MS) return ['FEED_CURSOR_EXPIRED', 'FEED_SESSION_GONE']
    const isCrowdedOut = (sessions.get(viewer) ?? 0) - made >= SESSIONS_KEPT
    return world.node.losses() > losses || isCrowdedOut ? ['FEED_SESSION_GONE'] : []
  }

  async function look(command: Parameters<Reading['look']>[0]): Promise<void> {
    const post = state.order[command.post % Math.max(1, state.order.length)]
    const author = post && posts.get(post)?.author
    if (post === undefined || author === undefined) return
    const viewer = state.personAt(command.viewer)
    const token = tokenFor(viewer, command.withToken)
    const outcome = await readers.look(command.via, viewer, post, token)
    await state.settle(command.via)
    const page = state.granted(outcome, `post ${post} through ${command.via}`, ['POST_NOT_FOUND'])
    if (page === undefined && 'code' in outcome && outcome.code !== 'POST_NOT_FOUND') return
    const { text, isDegraded = false } = page?.answer ?? {}
    const isFromBefore = isDegraded && state.causes().includes('postgres')
    const atMs = isFromBefore ? state.postgresWentAtMs() : world.now()
    checkPost(world.history, { viewer, post, author, text, token, isFromBefore, atMs })
  }

  return { read, more, look }
}
