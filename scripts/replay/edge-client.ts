import { randomUUID } from 'node:crypto'
import { FeedPage } from '../../shared/feed/page.ts'
import { HEADERS } from '../../shared/headers.ts'
import type { Token } from '../../shared/horizon.ts'
import type { PostId, UserId } from '../../shared/ids.ts'
import { Post } from '../../shared/post.ts'
import { formatToken, parseToken } from '../../shared/token.ts'
import { PAGE_POSTS, REQUEST_DEADLINE_MS } from './limits.ts'

export interface Answered<Body> {
  readonly body: Body
  readonly servedBy: string
  readonly token: Token | undefined
}

/** The public API, as a client sees it at the edge. Throws `Refused` for whatever is not a 2xx. */
export interface EdgeClient {
  page(viewer: UserId, token?: Token): Promise<Answered<FeedPage>>
  post(author: UserId, text: string): Promise<Answered<Post>>
  openPost(viewer: UserId, post: PostId): Promise<Answered<unknown>>
  openUser(viewer: UserId, user: UserId): Promise<Answered<unknown>>
}

interface Init {
  readonly method?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

export class Refused extends Error {
  override readonly name = 'Refused'
}

export function edgeClient(
  edgeUrl: string,
  bearerOf: (user: UserId) => Promise<string>,
): EdgeClient {
  async function ask(user: UserId, place: string, init: Init): Promise<Answered<unknown>> {
    const headers = { ...init.headers, authorization: `Bearer ${await bearerOf(user)}` }
    let response: Response
    let text: string
    try {
      const signal = AbortSignal.timeout(REQUEST_DEADLINE_MS)
      response = await fetch(`${edgeUrl}${place}`, { ...init, headers, signal })
      text = await response.text()
    } catch (cause) {
      throw new Refused((cause as Error).name === 'TimeoutError' ? 'no answer' : 'no connection', {
        cause,
      })
    }
    if (!response.ok) throw new Refused(`${response.status} ${codeOf(text)}`)
    return {
      body: JSON.parse(text),
      servedBy: response.headers.get(HEADERS.servedBy) ?? 'origin',
      token: parseToken(response.headers.get(HEADERS.token) ?? ''),
    }
  }

  return {
    async page(viewer, token) {
      const headers = token === undefined ? {} : { [HEADERS.token]: formatToken(token) }
      const answer = await ask(viewer, `/v1/feed?mode=latest&limit=${PAGE_POSTS}`, { headers })
      return { ...answer, body: FeedPage.parse(answer.body) }
    },
    async post(author, text) {
      const answer = await ask(author, '/v1/posts', {
        method: 'POST',
        body: JSON.stringify({ text }),
        headers: { 'content-type': 'application/json', [HEADERS.idempotencyKey]: randomUUID() },
      })
      return { ...answer, body: Post.parse(answer.body) }
    },
    openPost: (viewer, post) => ask(viewer, `/v1/posts/${post}`, {}),
    openUser: (viewer, user) => ask(viewer, `/v1/users/${user}`, {}),
  }
}

function codeOf(text: string): string {
  try {
    const { code } = JSON.parse(text) as { code?: string }
    return code ?? ''
  } catch {
    // Not one of our problems: a server in between.
    return 'not JSON'
  }
}
