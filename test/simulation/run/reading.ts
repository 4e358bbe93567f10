import type { FeedPage } from '../../../shared/feed/page.ts'
import type { Token } from '../../../shared/horizon.ts'
import type { PostId, UserId } from '../../../shared/ids.ts'
import { goOn, kindOf, type Walk } from '../../support/feed-walk.ts'
import type { Seen } from '../judge/page.ts'
import { must } from '../judge/violation.ts'
import { walkJudge } from '../judge/walk.ts'
import type { Deed, Via } from '../scenario/steps.ts'
import type { Pause } from './perform.ts'
import type { RunState } from './run.ts'
import { nameOf, personAt } from './writing.ts'

const STALE_MS = 2_000

/** A reader goes down page by page, to the end or as far as it likes. */
export async function read(
  state: RunState,
  step: Extract<Deed, { do: 'read' }>,
  pause: Pause,
): Promise<Walk<Seen> | undefined> {
  const viewer = personAt(state, step.viewer)
  const { mode, limit, via } = step
  let walk: Walk<Seen> | undefined
  for (let page = 0; page < step.pages; page += 1) {
    if (page > 0) await pause(step.gapMs)
    const cursor = walk?.cursor ?? undefined
    const token = step.withToken ? state.tokens.get(viewer) : undefined
    const next = await onePage(state, { viewer, via, mode, limit, cursor, token }, walk)
    if (next === undefined) return undefined
    walk = next
    if (walk.cursor === null) return walk
  }
  return walk
}

interface PageWanted {
  readonly viewer: UserId
  readonly via: Via
  readonly mode: 'latest' | 'ranked'
  readonly limit: number
  readonly cursor: string | undefined
  readonly token: Token | undefined
}

async function onePage(
  state: RunState,
  wanted: PageWanted,
  before: Walk<Seen> | undefined,
): Promise<Walk<Seen> | undefined> {
  const { world, tally } = state
  const { viewer, via, token, ...request } = wanted
  const askedAtMs = world.clock.now()
  const outcome = await state.readers.feed(via, viewer, request, token)
  if ('refusal' in outcome) {
    tally.refusedReads += 1
    state.trace(`${nameOf(state, viewer)} got no page through ${via}: ${outcome.refusal}`)
    must(
      8,
      state.isExcused(),
      () => `a page was refused (${outcome.refusal}) though nothing had gone wrong`,
    )
    return undefined
  }
  const { body: page, servedBy, token: answered } = outcome.answer
  tally.pages += 1
  if (page.completeness === 'complete') tally.completePages += 1
  tally.servedBy.set(servedBy, (tally.servedBy.get(servedBy) ?? 0) + 1)
  state.trace(
    `${nameOf(state, viewer)} reads through ${via} (${servedBy}, ${page.completeness}${page.missing.length > 0 ? ` without ${page.missing.join(', ')}` : ''}, asOf ${page.asOf}${token === undefined ? '' : `, token ${token.xid}`}): ${page.items.map(({ post }) => post.text).join(' | ') || 'nothing'}`,
  )
  const isFrozen = request.cursor !== undefined && kindOf(request.cursor) === 'ranked'
  const seen = {
    viewer,
    page,
    token,
    askedAtMs,
    isFrozen,
    isRanked: isFrozen || (request.cursor === undefined && request.mode === 'ranked'),
  }
  const checks = { past: world.past, posts: state.posts, isExcused: state.isExcused }
  const walk = goOn(walkJudge(checks), before, seen)
  if (state.isSettled) checkNames(state, page, via)
  if (answered !== undefined && token !== undefined) state.note(viewer, answered)
  return walk
}

/** An edge may show an older name for longer than a run takes to settle. */
function checkNames({ world }: RunState, page: FeedPage, via: Via): void {
  if (!via.startsWith('origin')) return
  for (const { post } of page.items) {
    const name = world.stores.database.tables.users.get(post.author.id)?.name
    must(
      4,
      post.author.name === name,
      () => `at the end ${post.id} is signed “${post.author.name}”, and its author is “${name}”`,
    )
  }
}

export async function look(state: RunState, step: Extract<Deed, { do: 'look' }>): Promise<void> {
  const { world, tally } = state
  const { past } = world
  const viewer = personAt(state, step.viewer)
  const all = [...state.posts.keys()]
  const id: PostId | undefined = all.at(-1 - (step.post % Math.max(1, all.length)))
  if (id === undefined) return
  const token = step.withToken ? state.tokens.get(viewer) : undefined
  const askedAtMs = world.clock.now()
  const outcome = await state.readers.look(step.via, viewer, id, token)
  const text = 'answer' in outcome ? outcome.answer.body.text : undefined
  if ('refusal' in outcome && outcome.refusal !== 'POST_NOT_FOUND') {
    tally.refusedReads += 1
    must(
      8,
      state.isExcused(),
      () => `post ${id} was refused (${outcome.refusal}) though nothing had gone wrong`,
    )
    return
  }
  tally.looks += 1
  state.trace(`${nameOf(state, viewer)} looks at ${id} through ${step.via}: ${text ?? 'absent'}`)
  // While Postgres could not be asked it may be older; older than the reader's token only where it says so.
  const from = state.isExcused() ? 0 : past.placeAt(askedAtMs - STALE_MS)
  const isLabelled = 'answer' in outcome && outcome.answer.completeness !== 'complete'
  const atToken = isLabelled ? 0 : past.placeOfToken(token)
  const said = past.said(viewer, id, Math.max(from, atToken))
  must(
    4,
    said.includes(text),
    () =>
      `post ${id} was answered as ${text ?? 'absent'}, though it was ${said.map((each) => each ?? 'absent').join(', ')}`,
  )
}
