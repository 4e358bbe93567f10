import type pg from 'pg'
import { compareIds, type PostId, type UserId } from '../../shared/ids.ts'
import type { Token } from '../../shared/horizon.ts'
import { formatToken, laterToken, parseToken } from '../../shared/token.ts'
import { visiblePosts } from '../oracle/oracle.ts'
import { ask, idsOn, type Answer } from '../support/client.ts'
import type { Person } from './people.ts'

const PAGE = '/v1/feed?mode=latest&limit=50'
/** Promise 4, without a token. */
const NEW_POST_MS_MAX = 5_000
const CHANGE_MS_MAX = 2_000

/** What was acknowledged, and when: posts, deletions, mutes. It knows what a page with its token must be. */
export interface Ledger {
  post(author: Person, text: string): Promise<void>
  remove(): Promise<void>
  /** Mutes, or ends that. */
  turnMute(reader: Person, author: Person): Promise<void>
  readonly writes: number
  /** `fresh`: with the newest token; else a page may be as late as is published. */
  read(reader: Person, options: { readonly fresh: boolean }): Promise<Judged>
}

export interface Judged {
  readonly page: Answer
  /** What is wrong with it. */
  readonly wrong: string | undefined
  readonly isComplete: boolean
}

/** The base is asked for pages; writes go there too, and those that are refused leave nothing behind. */
export function ledger(baseUrl: string, pool: pg.Pool): Ledger {
  const posts = new Map<string, { readonly author: Person; readonly at: number }>()
  /** Those that may or may not be gone: when somebody knew. */
  const removed = new Map<string, number>()
  const turned = new Map<string, number>()
  const muted = new Set<string>()
  let token: Token | undefined
  let writes = 0

  async function write(method: string, target: string, as: Person, body?: unknown) {
    const answer = await ask(baseUrl, method, target, { as, body }).catch((error: unknown) => {
      // Leaves it open whether the write was made. Whatever else fails is ours.
      if (isBrokenConnection(error)) return undefined
      throw error
    })
    if (answer === undefined || answer.status >= 300) return undefined
    writes += 1
    token = laterToken(token, answer.token === undefined ? undefined : parseToken(answer.token))
    return answer
  }

  return {
    get writes() {
      return writes
    },
    async post(author, text) {
      const answer = await write('POST', '/v1/posts', author, { text })
      if (answer === undefined) return
      posts.set(String(answer.json['id']), { author, at: performance.now() })
    },
    async remove() {
      const [oldest] = [...posts].filter(([id]) => !removed.has(id))
      if (oldest === undefined) return
      const [id, { author }] = oldest
      removed.set(id, Infinity)
      if ((await write('DELETE', `/v1/posts/${id}`, author)) === undefined) return
      removed.set(id, performance.now())
    },
    async turnMute(reader, author) {
      const pair = `${reader.id} ${author.id}`
      turned.set(reader.id, Infinity)
      const method = muted.has(pair) ? 'DELETE' : 'PUT'
      const answer = await write(method, `/v1/users/${author.id}/mute`, reader)
      if (answer === undefined) return
      if (method === 'PUT') muted.add(pair)
      else muted.delete(pair)
      turned.set(reader.id, performance.now())
    },
    async read(reader, { fresh }) {
      const askedAt = performance.now()
      const [newAt, changedAt] = fresh
        ? [askedAt, askedAt]
        : [askedAt - NEW_POST_MS_MAX, askedAt - CHANGE_MS_MAX]
      const headers = token === undefined || !fresh ? {} : { token: formatToken(token) }
      const before = await visiblePosts(pool, reader.id as UserId)
      const page = await ask(baseUrl, 'GET', PAGE, { as: reader, ...headers })
      const after = await visiblePosts(pool, reader.id as UserId)
      const isComplete = page.json['completeness'] === 'complete'
      if (page.status !== 200) return { page, wrong: `${page.status} ${page.text}`, isComplete }
      // Beside a change of its own that may not have arrived, either page is right.
      if ((turned.get(reader.id) ?? 0) >= changedAt) return { page, wrong: undefined, isComplete }
      const known = (id: string) => (posts.get(id)?.at ?? Infinity) < newAt
      const isLeaving = (id: string) => (removed.get(id) ?? 0) >= changedAt
      const must = before.filter((id) => after.includes(id) && known(id))
      const may = new Set([...before, ...after])
      return {
        page,
        isComplete,
        wrong: judge(page, must, (id) => may.has(id as PostId) || isLeaving(id)),
      }
    },
  }
}

/** `fetch` says both of an address that it does not reach and of an answer that breaks off: TypeError, with a cause. */
const isBrokenConnection = (error: unknown): boolean =>
  error instanceof TypeError && error.cause !== undefined

/** Everything that was there throughout, once, and nothing that was not there at any moment. */
function judge(
  page: Answer,
  must: readonly PostId[],
  may: (id: string) => boolean,
): string | undefined {
  const { completeness, missing, interval } = page.json as {
    completeness: string
    missing: readonly string[]
    interval: { oldest: string | null }
  }
  if ((completeness === 'complete') !== (missing.length === 0)) {
    return `${completeness}, missing ${missing.join(', ')}`
  }
  const ids = idsOn(page)
  const shown = new Set(ids)
  const by = `(${page.servedBy}, ${completeness})`
  if (shown.size !== ids.length) return `a post twice ${by}`
  const odd = ids.find((id) => !may(id))
  if (odd !== undefined) return `shows ${odd}, which nobody may see ${by}`
  if (completeness !== 'complete') return undefined
  const { oldest } = interval
  const inside = must.filter((id) => oldest === null || compareIds(id, oldest) >= 0)
  const lacking = inside.find((id) => !shown.has(id))
  return lacking === undefined ? undefined : `complete without ${lacking} ${by}`
}
