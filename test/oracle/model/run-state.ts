import type { ErrorCode } from '../../../shared/errors.ts'
import type { Token } from '../../../shared/horizon.ts'
import type { PostId, UserId } from '../../../shared/ids.ts'
import { laterToken } from '../../../shared/token.ts'
import type { PageChecks } from '../checks/page.ts'
import { must } from '../checks/violation.ts'
import type { World } from '../world/world.ts'
import type { Away, Lagging, Via } from './commands.ts'
import { readersOf, type Outcome, type Readers } from './readers.ts'
import { newTally, type Tally } from './tally.ts'

/** A fault explains a label for so long after its end. */
const EXCUSED_MS = 2_000

/** What each missing store may cost, by the names that pages use. */
const READS = [
  'timeline',
  'author-lists',
  'fragments',
  'viewer-record',
  'token',
  'ranking',
  'relations',
  'origin',
]
const EXCUSES: Readonly<Record<Away, readonly string[]>> = {
  redis: ['redis', 'session', 'origin'],
  postgres: ['postgres', ...READS],
  budget: READS,
}
const UNAVAILABLE = ['STORE_UNAVAILABLE', 'OVERLOADED', 'FEED_SESSION_UNAVAILABLE'] as const

export interface KnownPost {
  readonly author: UserId
  readonly xid: number
  /** Where it was published, and what had been lost of Redis by then. */
  readonly via: Via
  readonly losses: number
  /** Nothing was away, so its author's own list was reached at once. */
  readonly isPushed: boolean
}

/** What a run knows of its world: what was acknowledged, to whom, and what is wrong at the moment. */
export interface RunState {
  readonly world: World
  readonly readers: Readers
  readonly tally: Tally
  readonly isFaultless: boolean
  readonly posts: Map<PostId, KnownPost>
  /** In the order of their commits. */
  readonly order: PostId[]
  readonly tokens: Map<UserId, Token>
  readonly checks: PageChecks
  readonly personAt: (index: number) => UserId
  readonly newText: () => string
  /** After a commit: what the oracle shows now, and what its author may ask to see. */
  note(user: UserId, token: Token): Promise<void>
  takeAway(what: Away): void
  giveAllBack(): void
  /** Whoever lagged does from now on what it does by itself. */
  catchUp(who: Lagging): void
  /** What is away, or was until a moment ago. */
  causes(): readonly Away[]
  /** When Postgres last went away: until then others heard of what was committed. */
  postgresWentAtMs(): number
  /** The answer, unless it was refused for one of these reasons, or for what is wrong at the moment. */
  granted<Answer>(
    outcome: Outcome<Answer>,
    what: string,
    explained?: readonly ErrorCode[],
  ): { readonly answer: Answer; readonly servedBy: string } | undefined
  /** Does what the answers of this place left to do. */
  settle(via: Via): Promise<void>
}

export function runState(world: World, isFaultless: boolean): RunState {
  const { history, people } = world
  const posts = new Map<PostId, KnownPost>()
  const tokens = new Map<UserId, Token>()
  const awayUntilMs = new Map<Away, number>()
  const laggedUntilMs = new Map<Lagging, number>()
  let postgresWentAtMs = 0
  let texts = 0

  const causes = (): Away[] =>
    (['redis', 'postgres', 'budget'] as const).filter(
      (what) =>
        world.away.has(what) ||
        world.now() - (awayUntilMs.get(what) ?? Number.NEGATIVE_INFINITY) < EXCUSED_MS,
    )

  const lags = (who: Lagging): boolean =>
    world.lagging.has(who) ||
    world.now() - (laggedUntilMs.get(who) ?? Number.NEGATIVE_INFINITY) < EXCUSED_MS

  return {
    world,
    readers: readersOf(world),
    tally: newTally(),
    isFaultless,
    posts,
    order: [],
    tokens,
    checks: {
      history,
      posts,
      excuses(missing) {
        const allowed = new Set(causes().flatMap((what) => EXCUSES[what]))
        if (causes().includes('redis') && missing.includes('origin')) {
          // An isolate to which a text was lost shows the others, where the origin cannot read the session.
          allowed.add('fragments')
          // The leader publishes its own tail's pulled set: a region that lost it waits for that tail.
          if (lags('tail-a')) allowed.add('pulled-set')
        }
        return missing.length > 0 && missing.every((name) => allowed.has(name))
      },
    },
    personAt: (index) => people[index % people.length] as UserId,
    newText: () => `text ${(texts += 1)}`,
    async note(user, token) {
      if (history.placeOfXid(token.xid) === undefined) await history.note(token.xid, world.now())
      tokens.set(user, laterToken(tokens.get(user), token) ?? token)
    },
    takeAway(what) {
      if (what === 'postgres' && !causes().includes(what)) postgresWentAtMs = world.now()
      world.away.add(what)
    },
    giveAllBack() {
      for (const what of world.away) awayUntilMs.set(what, world.now())
      world.away.clear()
    },
    catchUp(who) {
      if (world.lagging.delete(who)) laggedUntilMs.set(who, world.now())
    },
    causes,
    postgresWentAtMs: () => postgresWentAtMs,
    granted(outcome, what, explained = []) {
      if (!('code' in outcome)) return outcome
      const allowed: readonly ErrorCode[] =
        causes().length === 0 ? explained : [...explained, ...UNAVAILABLE]
      must(allowed.includes(outcome.code), () => `${what} was refused: ${outcome.code}`)
      return undefined
    },
    async settle(via) {
      const origin = via === 'origin-a' || via === 'edge-1' ? 'origin-a' : 'origin-b'
      await world.origins[origin].settle()
    },
  }
}
