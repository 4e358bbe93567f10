import { SignJWT } from 'jose'
import { FeedPage, type FeedPageRequest } from '../../../shared/feed/page.ts'
import { HEADERS } from '../../../shared/headers.ts'
import type { Token } from '../../../shared/horizon.ts'
import type { PostId, UserId } from '../../../shared/ids.ts'
import type { ErrorCode } from '../../../shared/errors.ts'
import { AppError } from '../../../shared/errors.ts'
import { formatToken, parseToken } from '../../../shared/token.ts'
import { BEGINNING_MS } from '../world/virtual-clock.ts'
import { AUTH } from '../world/edge-isolate.ts'
import type { World } from '../world/world.ts'
import type { Relation, Via } from './commands.ts'

/** What a request came to: an answer, or a refusal with its code. */
export type Outcome<Answer> =
  | { readonly answer: Answer; readonly servedBy: string }
  | { readonly code: ErrorCode }

export interface FeedQuery {
  readonly mode: FeedPageRequest['mode']
  readonly limit: number
  readonly cursor: string | undefined
}

/** People with a client each: requests go straight to an origin, or to an isolate as HTTP. */
export interface Readers {
  feed(
    via: Via,
    viewer: UserId,
    query: FeedQuery,
    token: Token | undefined,
  ): Promise<Outcome<FeedPage>>
  look(
    via: Via,
    viewer: UserId,
    post: PostId,
    token: Token | undefined,
  ): Promise<Outcome<{ readonly text: string; readonly isDegraded: boolean }>>
  publish(via: Via, author: UserId, text: string): Promise<Outcome<{ post: PostId; token: Token }>>
  edit(via: Via, author: UserId, post: PostId, text: string): Promise<Outcome<Token>>
  remove(via: Via, author: UserId, post: PostId): Promise<Outcome<Token>>
  relate(via: Via, how: Relation, from: UserId, to: UserId): Promise<Outcome<Token>>
}

const YEAR_SECONDS = 365 * 24 * 3600
const bearers = new Map<UserId, string>()

/** Good for all runs: the same people come again and again. */
async function bearerOf(user: UserId): Promise<string> {
  const known = bearers.get(user)
  if (known !== undefined) return known
  const text = await new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(user)
    .setIssuer(AUTH.issuer)
    .setAudience(AUTH.audience)
    .setIssuedAt(Math.floor(BEGINNING_MS / 1000))
    .setExpirationTime(Math.floor(BEGINNING_MS / 1000) + YEAR_SECONDS)
    .sign(new TextEncoder().encode(AUTH.secret))
  bearers.set(user, `Bearer ${text}`)
  return `Bearer ${text}`
}

export function readersOf(world: World): Readers {
  async function http(
    via: 'edge-1' | 'edge-2',
    user: UserId,
    method: string,
    path: string,
    { token, body }: { token?: Token | undefined; body?: object } = {},
  ): Promise<Response> {
    const headers = new Headers({ authorization: await bearerOf(user) })
    if (token !== undefined) headers.set(HEADERS.token, formatToken(token))
    if (body !== undefined) headers.set('content-type', 'application/json')
    const isolate = world.edges[via]
    const response = await isolate.fetch(
      new Request(`http://edge.test${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    )
    await isolate.settle()
    return response
  }

  const tokenIn = (response: Response): Token => {
    const token = parseToken(response.headers.get(HEADERS.token) ?? '')
    if (token === undefined) throw new Error('a write answered no token')
    return token
  }

  async function written(
    via: Via,
    user: UserId,
    direct: (origin: World['origins']['origin-a']) => Promise<{ readonly token: Token }>,
    request: readonly [method: string, path: string, body?: object],
  ): Promise<Outcome<Token>> {
    if (isOrigin(via)) {
      return directly(via, async () => (await direct(world.origins[via])).token)
    }
    const [method, path, body] = request
    const response = await http(via, user, method, path, body === undefined ? {} : { body })
    return response.ok
      ? { answer: tokenIn(response), servedBy: via }
      : { code: await codeOf(response) }
  }

  return {
    async feed(via, viewer, query, token) {
      if (isOrigin(via)) {
        return directly('origin', async () => {
          const { body } = await world.origins[via].readFeed({ ...query, viewer, token })
          return FeedPage.parse(JSON.parse(new TextDecoder().decode(body)))
        })
      }
      const search = new URLSearchParams({ mode: query.mode, limit: String(query.limit) })
      if (query.cursor !== undefined) search.set('cursor', query.cursor)
      const response = await http(via, viewer, 'GET', `/v1/feed?${search.toString()}`, { token })
      if (!response.ok) return { code: await codeOf(response) }
      const servedBy = `edge ${response.headers.get(HEADERS.servedBy) ?? '?'}`
      return { answer: FeedPage.parse(await response.json()), servedBy }
    },
    async look(via, viewer, post, token) {
      if (isOrigin(via)) {
        return directly('origin', async () => {
          const read = await world.origins[via].readPost({ viewer, token, post })
          const { text } = JSON.parse(new TextDecoder().decode(read.body)) as { text: string }
          return { text, isDegraded: read.completeness === 'degraded' }
        })
      }
      const response = await http(via, viewer, 'GET', `/v1/posts/${post}`, { token })
      if (!response.ok) return { code: await codeOf(response) }
      const servedBy = `edge ${response.headers.get(HEADERS.servedBy) ?? '?'}`
      const { text } = (await response.json()) as { text: string }
      const isDegraded = response.headers.get(HEADERS.completeness) === 'degraded'
      return { answer: { text, isDegraded }, servedBy }
    },
    async publish(via, author, text) {
      if (isOrigin(via)) {
        return directly(via, async () => {
          const { facts, token } = await world.origins[via].writes.post({ user: author }, { text })
          return { post: facts.id, token }
        })
      }
      const response = await http(via, author, 'POST', '/v1/posts', { body: { text } })
      if (!response.ok) return { code: await codeOf(response) }
      const { id } = (await response.json()) as { id: PostId }
      return { answer: { post: id, token: tokenIn(response) }, servedBy: via }
    },
    edit: (via, author, post, text) =>
      written(via, author, ({ writes }) => writes.edit({ user: author }, post, { text }), [
        'PUT',
        `/v1/posts/${post}`,
        { text },
      ]),
    remove: (via, author, post) =>
      written(via, author, ({ writes }) => writes.delete({ user: author }, post), [
        'DELETE',
        `/v1/posts/${post}`,
      ]),
    relate(via, how, from, to) {
      const relation = how.replace(/^un/, '')
      const method = how === relation ? 'PUT' : 'DELETE'
      return written(via, from, ({ writes }) => writes[how]({ user: from }, to), [
        method,
        `/v1/users/${to}/${relation}`,
      ])
    },
  }
}

const isOrigin = (via: Via): via is 'origin-a' | 'origin-b' =>
  via === 'origin-a' || via === 'origin-b'

async function directly<Answer>(
  servedBy: string,
  ask: () => Promise<Answer>,
): Promise<Outcome<Answer>> {
  try {
    return { answer: await ask(), servedBy }
  } catch (error) {
    if (error instanceof AppError) return { code: error.code }
    throw error
  }
}

const codeOf = async (response: Response): Promise<ErrorCode> =>
  ((await response.json()) as { code: ErrorCode }).code
