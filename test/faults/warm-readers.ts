import { ask, idsOn, type Answer } from '../support/client.ts'
import { compareIds } from '../../shared/ids.ts'
import { until } from '../../scripts/local/until.ts'
import type { FaultyStack, Person } from './faulty-stack.ts'

/** What a new post may take to appear on a page that calls itself complete. */
const NEW_POST_MS = 5_000
const WARM_DEADLINE_MS = 60_000
/** Nobody is to be refused for how many there are. */
const FOLLOW_AT_ONCE = 8
export const FEED = '/v1/feed?mode=latest'

/** Readers of a few authors, with pages that L1 and L2 hold, and a record of what was acknowledged. */
export interface WarmReaders {
  readonly authors: readonly Person[]
  readonly readers: readonly Person[]
  readonly acknowledged: ReadonlyMap<string, { readonly author: Person; readonly at: number }>
  /** A post through the edge; an answer that is not a 201 leaves it open whether it was made. */
  post(author: Person, text: string, key?: string): Promise<Answer>
  /** What L1 and L2 can answer, when it is warm: the first page, a post, a profile. */
  targets(): readonly string[]
  /** Everybody gets all of it from there, and the first page is complete and has everything acknowledged. */
  warm(deadlineMs?: number): Promise<void>
  /** What is wrong with a page that was asked for at that time; nothing, if all is as it says. */
  wrongWith(page: Answer, askedAt: number): string | undefined
}

export async function warmReaders(
  stack: FaultyStack,
  { authors: authorCount, readers: readerCount }: { authors: number; readers: number },
): Promise<WarmReaders> {
  const { edgeUrl } = stack
  const everyone = await stack.people(authorCount + readerCount)
  const [authors, readers] = [everyone.slice(0, authorCount), everyone.slice(authorCount)]
  const acknowledged = new Map<string, { author: Person; at: number }>()
  await followAll(edgeUrl, { readers, authors })

  const lacks = (ids: ReadonlySet<string>, oldest: string | null, before = Infinity) =>
    [...acknowledged].find(
      ([id, { at }]) =>
        at < before && !ids.has(id) && (oldest === null || compareIds(id, oldest) >= 0),
    )?.[0]

  const targets = () => [
    FEED,
    ...[...acknowledged.keys()].slice(0, 1).map((id) => `/v1/posts/${id}`),
    ...authors.slice(0, 1).map(({ id }) => `/v1/users/${id}`),
  ]

  async function isWarm(reader: Person): Promise<boolean> {
    for (const target of targets()) {
      const { servedBy } = await ask(edgeUrl, 'GET', target, { as: reader })
      if (servedBy !== 'l1' && servedBy !== 'l2') return false
    }
    const page = await ask(edgeUrl, 'GET', FEED, { as: reader })
    if (page.status !== 200 || page.servedBy !== 'l2') return false
    if (page.json['completeness'] !== 'complete') return false
    return lacks(new Set(idsOn(page)), oldestOf(page)) === undefined
  }

  return {
    authors,
    readers,
    acknowledged,
    targets,
    async post(author, text, key = crypto.randomUUID()) {
      const answer = await ask(edgeUrl, 'POST', '/v1/posts', {
        as: author,
        body: { text },
        headers: { 'idempotency-key': key },
      })
      if (answer.status === 201) {
        acknowledged.set(String(answer.json['id']), { author, at: performance.now() })
      }
      return answer
    },
    async warm(deadlineMs = WARM_DEADLINE_MS) {
      // A post and a profile are shown only to whom their author's own record does not shut out.
      await Promise.all(authors.map((author) => ask(edgeUrl, 'GET', FEED, { as: author })))
      await Promise.all(
        readers.map((reader) =>
          until(() => isWarm(reader).catch(() => false), {
            deadlineMs,
            what: 'a complete page from L2',
            everyMs: 100,
          }),
        ),
      )
    },
    wrongWith(page, askedAt) {
      const { completeness, missing } = page.json as { completeness: string; missing: string[] }
      const header = page.headers.get('headwater-completeness')
      if (header !== completeness) return `header ${header}, body ${completeness}`
      if ((completeness === 'complete') !== (missing.length === 0)) {
        return `${completeness}, missing ${missing.join(', ')}`
      }
      const ids = idsOn(page)
      const shown = new Set(ids)
      if (shown.size !== ids.length) return `a post twice: ${ids.join(' ')}`
      if (completeness !== 'complete') return undefined
      const lacking = lacks(shown, oldestOf(page), askedAt - NEW_POST_MS)
      return lacking === undefined ? undefined : `complete without ${lacking} (${page.servedBy})`
    },
  }
}

const oldestOf = ({ json }: Answer): string | null =>
  (json['interval'] as { oldest: string | null }).oldest

/**
 * Each of them follows all of those. Nothing was taken away yet; a machine without time may refuse all the
 * same, and a client asks again.
 */
export async function followAll(
  edgeUrl: string,
  { readers, authors }: Pick<WarmReaders, 'readers' | 'authors'>,
): Promise<void> {
  const waiting = [...readers]
  const untilDone = (target: string, as: Person) =>
    until(async () => (await ask(edgeUrl, 'PUT', target, { as })).status < 300, {
      deadlineMs: WARM_DEADLINE_MS,
      what: `PUT ${target}`,
      everyMs: 100,
    })
  const follow = async () => {
    for (let as = waiting.pop(); as !== undefined; as = waiting.pop()) {
      for (const { id } of authors) await untilDone(`/v1/users/${id}/follow`, as)
    }
  }
  await Promise.all(Array.from({ length: FOLLOW_AT_ONCE }, follow))
}
