import { FeedPageRequest, type Completeness } from '../../../shared/feed/page.ts'
import type { Token } from '../../../shared/horizon.ts'
import { postId, userId, type UserId } from '../../../shared/ids.ts'
import { HEADERS } from '../../../shared/headers.ts'
import { problemOf } from '../../../shared/problem.ts'
import { formatToken, parseToken } from '../../../shared/token.ts'
import { AppError } from '../../../shared/errors.ts'
import type { Fetch } from '../../../edge/origin/origin-client.ts'
import type { OriginProcess } from './origin-process.ts'

interface Asked {
  readonly viewer: UserId
  readonly token: Token | undefined
  readonly body: { readonly text?: string }
}

/** As much of the origin's HTTP as the edge needs in these runs; who asks was verified at the edge. */
export function originWire(process: () => OriginProcess): Fetch {
  const answer = (
    body: Uint8Array<ArrayBuffer> | null,
    status: number,
    token: Token | undefined,
    completeness?: Completeness,
  ) =>
    new Response(body, {
      status,
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { [HEADERS.token]: formatToken(token) }),
        ...(completeness === undefined ? {} : { [HEADERS.completeness]: completeness }),
      },
    })

  async function serve(method: string, url: URL, asked: Asked): Promise<Response> {
    const { viewer, token, body } = asked
    const { readFeed, readPost, writes } = process()
    const [, , kind, id = '', relation = ''] = url.pathname.split('/')
    if (kind === 'feed') {
      const request = FeedPageRequest.parse(Object.fromEntries(url.searchParams))
      const page = await readFeed({ ...request, viewer, token })
      return answer(page.body, 200, page.token, page.completeness)
    }
    if (kind === 'posts' && method === 'GET') {
      const post = await readPost({ viewer, token, post: postId(id) })
      return answer(post.body, 200, post.token, post.completeness)
    }
    const request = { user: viewer }
    if (kind === 'posts' && method === 'POST') {
      const written = await writes.post(request, { text: body.text ?? '' })
      const made = new TextEncoder().encode(JSON.stringify({ id: written.facts.id }))
      return answer(made, 201, written.token)
    }
    const { token: made } =
      kind === 'posts' && method === 'PUT'
        ? await writes.edit(request, postId(id), { text: body.text ?? '' })
        : kind === 'posts'
          ? await writes.delete(request, postId(id))
          : await writes[relationOf(method, relation)](request, userId(id))
    return answer(null, 204, made)
  }

  return async (address, { method = 'GET', headers, body }) => {
    const sent = new Headers(headers)
    try {
      return await serve(method, new URL(address), {
        viewer: subjectOf(sent.get('authorization') ?? ''),
        token: parseToken(sent.get(HEADERS.token) ?? ''),
        body: body instanceof Uint8Array ? JSON.parse(new TextDecoder().decode(body)) : {},
      })
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      return Response.json(problemOf(error, 'test'), { status: error.spec.status })
    }
  }
}

type RelationWrite = 'follow' | 'unfollow' | 'block' | 'unblock' | 'mute' | 'unmute'

const relationOf = (method: string, relation: string): RelationWrite =>
  (method === 'DELETE' ? `un${relation}` : relation) as RelationWrite

const subjectOf = (authorization: string): UserId => {
  const [, payload = ''] = authorization.split('.')
  const { sub } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: string }
  return userId(sub)
}
