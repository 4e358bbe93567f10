import type { Token } from '../../../shared/horizon.ts'
import type { PostId, UserId } from '../../../shared/ids.ts'
import { must } from '../judge/violation.ts'
import type { Deed } from '../scenario/steps.ts'
import type { Pause } from './perform.ts'
import type { Outcome } from './readers.ts'
import type { RunState } from './run.ts'

/** Refusals that say something about the request, not about the stores. */
const SENSIBLE = ['USER_NOT_FOUND', 'POST_NOT_FOUND', 'AUTH_FORBIDDEN', 'HANDLE_TAKEN']
const ATTEMPTS_MAX = 3
const RETRY_MS = 300
const ASK_AGAIN_MS_MAX = 3_600_000

type Doing<Kind extends Deed['do']> = Extract<Deed, { readonly do: Kind }>

export const personAt = ({ world }: RunState, number: number): UserId =>
  world.people[number % world.people.length] as UserId

/** A client that gets no answer asks again under the same key: whatever was done, it is done once. */
export async function post(
  state: RunState,
  { author: number, via }: Pick<Doing<'post'>, 'author' | 'via'>,
  pause: Pause,
): Promise<PostId | undefined> {
  const author = personAt(state, number)
  const text = state.newText()
  const attempt = { text, isAcknowledged: false }
  state.attempts.set(`${author}:${text}`, attempt)
  const idempotency = { key: text, requestHash: text }
  const begunAtMs = state.world.clock.now()
  for (let attempts = 1; attempts <= ATTEMPTS_MAX; attempts += 1) {
    // The world slept for a day: nobody remembers the key any more, and no client would ask again.
    if (state.world.clock.now() - begunAtMs > ASK_AGAIN_MS_MAX) return undefined
    const outcome = await state.readers.write(via, author, '/v1/posts', (writes) =>
      writes.post({ user: author, idempotency }, { text }),
    )
    const written = settled(state, author, outcome, `“${text}”`)
    if (written !== undefined) {
      attempt.isAcknowledged = true
      state.posts.set(written.facts.id, { author, xid: written.token.xid, text })
      state.trace(`${nameOf(state, author)} posted “${text}” through ${via}: ${written.facts.id}`)
      return written.facts.id
    }
    await pause(RETRY_MS)
  }
  return undefined
}

const ownPost = (state: RunState, author: UserId, number: number): PostId | undefined => {
  const own = [...state.posts].filter(([, known]) => known.author === author)
  return own.at(-1 - (number % Math.max(1, own.length)))?.[0]
}

export async function edit(state: RunState, step: Doing<'edit' | 'delete'>): Promise<void> {
  const author = personAt(state, step.author)
  const id = ownPost(state, author, step.post)
  if (id === undefined) return
  const text = state.newText()
  const outcome = await state.readers.write(step.via, author, `/v1/posts/${id}`, (writes) =>
    writes.edit({ user: author }, id, { text }),
  )
  if (settled(state, author, outcome, `the edit of ${id}`) === undefined) return
  state.trace(`${nameOf(state, author)} changed ${id} to “${text}”`)
}

export async function remove(state: RunState, step: Doing<'edit' | 'delete'>): Promise<void> {
  const author = personAt(state, step.author)
  const id = ownPost(state, author, step.post)
  if (id === undefined) return
  const outcome = await state.readers.write(step.via, author, `/v1/posts/${id}`, (writes) =>
    writes.delete({ user: author }, id),
  )
  if (settled(state, author, outcome, `the deletion of ${id}`) === undefined) return
  state.trace(`${nameOf(state, author)} deleted ${id}`)
}

export async function relate(state: RunState, step: Doing<'relate'>): Promise<void> {
  const [from, to] = [personAt(state, step.from), personAt(state, step.to)]
  if (from === to) return
  const kind = step.how.replace(/^un/, '')
  const outcome = await state.readers.write(step.via, from, `/v1/users/${to}/${kind}`, (writes) =>
    writes[step.how]({ user: from }, to),
  )
  if (settled(state, from, outcome, `${step.how} of ${to}`) === undefined) return
  state.trace(`${nameOf(state, from)}: ${step.how} ${nameOf(state, to)}`)
}

export async function rename(state: RunState, step: Doing<'rename'>): Promise<void> {
  const user = personAt(state, step.user)
  const name = state.newText()
  const outcome = await state.readers.write(step.via, user, '/v1/users/me', (writes) =>
    writes.rename({ user }, { name }),
  )
  if (settled(state, user, outcome, 'the change of a name') === undefined) return
  state.trace(`${nameOf(state, user)} is called “${name}” now`)
}

export const nameOf = ({ world }: RunState, user: UserId): string =>
  `P${world.people.indexOf(user)}`

function settled<Facts>(
  state: RunState,
  user: UserId,
  outcome: Outcome<{ readonly facts: Facts; readonly token: Token }>,
  what: string,
): { readonly facts: Facts; readonly token: Token } | undefined {
  if ('answer' in outcome) {
    state.tally.writes += 1
    state.note(user, outcome.answer.token)
    return outcome.answer
  }
  state.tally.refusedWrites += 1
  state.trace(`${nameOf(state, user)}: ${what} was refused: ${outcome.refusal}`)
  must(
    8,
    SENSIBLE.includes(outcome.refusal) || state.isExcused(),
    () => `${what} was refused (${outcome.refusal}) though nothing had gone wrong`,
  )
  return undefined
}
