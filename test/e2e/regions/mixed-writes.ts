import { ask, idsOn, write, type Answer } from '../../support/client.ts'
import type { Person } from '../../support/deployment.ts'

/** Who writes at one edge and reads at the other. */
export interface Pair {
  readonly author: Person
  readonly reader: Person
  /** Of the author, the newest last: read before they change, so that they lie in L1. */
  readonly posts: string[]
}

export interface Edges {
  readonly writesAt: string
  readonly readsAt: string
}

export interface Seen {
  /** The answer to a read with the write's token has the write. */
  readonly holds: boolean
  /** The answer without a token, at the same moment, lacks it. */
  readonly isStaleWithout: boolean
  readonly isFromL1Without: boolean
  /** For the message when it does not hold. */
  readonly detail: string
}

/** Each author has posts, and the reader follows. */
export async function pairUp(
  { writesAt }: Edges,
  people: readonly Person[],
): Promise<readonly Pair[]> {
  const half = people.length / 2
  return Promise.all(
    people.slice(0, half).map(async (author, at) => {
      const reader = people[at + half] as Person
      const posts: string[] = []
      for (const text of ['first', 'second']) posts.push(await publish(writesAt, author, text))
      await write(writesAt, 'PUT', `/v1/users/${author.id}/follow`, { as: reader })
      return { author, reader, posts }
    }),
  )
}

async function publish(at: string, as: Person, text: string): Promise<string> {
  const { json } = await write(at, 'POST', '/v1/posts', { as, body: { text } })
  return String(json['id'])
}

/** What a round changes, one after another, and how a page shows that it has the change. */
const kinds = ['post', 'edit', 'delete', 'block', 'follow'] as const

interface Change {
  /** What is read before, so that L1 holds it, and after. */
  readonly target: string
  /** Answers the token. */
  make(): Promise<string | undefined>
  has(answer: Answer): boolean
}

const FEED = '/v1/feed?mode=latest&limit=5'

function changeOf(
  kind: (typeof kinds)[number],
  { writesAt }: Edges,
  { author, reader, posts }: Pair,
): Change {
  const [oldest = '', older = ''] = posts
  const text = crypto.randomUUID()
  const tokenOf = async (...request: Parameters<typeof write>) => (await write(...request)).token
  switch (kind) {
    case 'post': {
      let id: string
      return {
        target: FEED,
        async make() {
          const made = await write(writesAt, 'POST', '/v1/posts', { as: author, body: { text } })
          id = String(made.json['id'])
          posts.push(id)
          return made.token
        },
        has: (page) => idsOn(page).includes(id),
      }
    }
    case 'edit': {
      const target = `/v1/posts/${older}`
      return {
        target,
        make: () => tokenOf(writesAt, 'PUT', target, { as: author, body: { text } }),
        has: ({ json }) => json['text'] === text,
      }
    }
    case 'delete': {
      const target = `/v1/posts/${oldest}`
      return {
        target,
        async make() {
          posts.shift()
          return tokenOf(writesAt, 'DELETE', target, { as: author })
        },
        has: ({ status }) => status === 404,
      }
    }
    case 'block':
      return {
        target: `/v1/posts/${oldest}`,
        make: () => tokenOf(writesAt, 'PUT', `/v1/users/${reader.id}/block`, { as: author }),
        has: ({ status }) => status === 404,
      }
    case 'follow': {
      const newest = posts.at(-1) ?? ''
      return {
        target: FEED,
        async make() {
          // The block ended it, and takes no part in what is counted.
          await write(writesAt, 'DELETE', `/v1/users/${reader.id}/block`, { as: author })
          return tokenOf(writesAt, 'PUT', `/v1/users/${author.id}/follow`, { as: reader })
        },
        has: (page) => idsOn(page).includes(newest),
      }
    }
  }
}

/** One round of every kind for one pair: warm L1, write, read twice at once. */
export async function mixedWrites(edges: Edges, pair: Pair): Promise<readonly Seen[]> {
  const { readsAt } = edges
  const { reader } = pair
  const seen: Seen[] = []
  for (const kind of kinds) {
    const change = changeOf(kind, edges, pair)
    const { target } = change
    await ask(readsAt, 'GET', target, { as: reader })
    const token = await change.make()
    const [held, without] = await Promise.all([
      ask(readsAt, 'GET', target, { as: reader, token }),
      ask(readsAt, 'GET', target, { as: reader }),
    ])
    seen.push({
      holds: change.has(held),
      isStaleWithout: !change.has(without),
      isFromL1Without: without.servedBy === 'l1',
      detail: `${kind}, ${target} with ${token}: ${held.status} by ${held.servedBy} ${held.text.slice(0, 300)}`,
    })
  }
  return seen
}
