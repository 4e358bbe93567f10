import { compareIds } from '../../shared/ids.ts'
import { ask, idsOn } from '../support/client.ts'
import { until } from '../../scripts/local/until.ts'
import type { FaultyStack, Person } from './faulty-stack.ts'
import { FEED, type WarmReaders } from './warm-readers.ts'

const PAGES_MAX = 1_000
const FROM_L2_DEADLINE_MS = 20_000

/** What is to be seen from outside when nothing is on its way any more. */
export async function judgeKills(
  { edgeUrl, pool }: FaultyStack,
  { acknowledged, authors, readers }: WarmReaders,
  witnessed: ReadonlyMap<string, readonly string[]>,
): Promise<{ found: Record<string, string | number>; problems: readonly string[] }> {
  const problems: string[] = []
  const expect = (what: string, found: readonly string[], wanted: readonly string[]) => {
    const difference = differenceOf(found, wanted)
    if (difference !== undefined) problems.push(`${what}: ${difference}`)
  }
  const all = [...acknowledged.keys()]

  const { rows } = await pool.query<{ id: string }>('select id::text from posts')
  expect('in Postgres', rows.map(({ id }) => id).toSorted(compareIds), all.toSorted(compareIds))

  for (const { id } of authors) {
    const own = [...acknowledged].flatMap(([post, { author }]) => (author.id === id ? [post] : []))
    // The first was written before anybody looked.
    expect(`as the log tells of ${id}`, witnessed.get(id) ?? [], own.slice(1))
    const counted = await pool.query<{ posts: string }>(
      'select posts from user_counts where user_id = $1',
      [id],
    )
    const posts = Number(counted.rows[0]?.posts ?? 0)
    if (posts !== own.length) problems.push(`${id} counts ${posts} posts, not ${own.length}`)
  }

  const layers = new Map<string, number>()
  for (const reader of readers) {
    const walked = await walk(edgeUrl, reader, layers)
    expect(
      `on the pages of ${reader.id}`,
      walked,
      all.toSorted((a, b) => compareIds(b, a)),
    )
  }
  const found = { pages: [...layers].map(([layer, count]) => `${layer} ${count}`).join(' ') }
  return { found, problems }
}

/** From the newest to the end of time. The first page has to come from the lists that are judged. */
async function walk(
  edgeUrl: string,
  as: Person,
  layers: Map<string, number>,
): Promise<readonly string[]> {
  const first = await until(
    async () => {
      const page = await ask(edgeUrl, 'GET', `${FEED}&limit=50`, { as })
      return page.servedBy === 'l2' ? page : undefined
    },
    { deadlineMs: FROM_L2_DEADLINE_MS, what: 'a page from L2', everyMs: 100 },
  )
  const ids: string[] = []
  let page = first
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    if (page.status !== 200) throw new Error(`a page of the walk: ${page.status} ${page.text}`)
    layers.set(page.servedBy ?? 'nobody', (layers.get(page.servedBy ?? 'nobody') ?? 0) + 1)
    ids.push(...idsOn(page))
    const cursor = page.json['nextCursor']
    if (typeof cursor !== 'string') return ids
    const target = `${FEED}&limit=50&cursor=${encodeURIComponent(cursor)}`
    page = await ask(edgeUrl, 'GET', target, { as })
  }
  throw new Error(`a walk of more than ${PAGES_MAX} pages`)
}

function differenceOf(found: readonly string[], wanted: readonly string[]): string | undefined {
  const missing = wanted.filter((id) => !found.includes(id))
  const extra = found.filter((id) => !wanted.includes(id))
  if (missing.length > 0) return `${missing.length} missing, first ${missing[0]}`
  if (extra.length > 0) return `${extra.length} too many, first ${extra[0]}`
  if (new Set(found).size < found.length) return `${found.length - wanted.length} repeated`
  const at = found.findIndex((id, place) => id !== wanted[place])
  return at === -1 ? undefined : `${found[at]} out of order at ${at}`
}
