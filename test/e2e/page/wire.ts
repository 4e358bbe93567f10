import { FeedPage } from '../../../shared/feed/page.ts'
import { FEED_PAGE_POSTS_MAX } from '../../../shared/limits.ts'
import { Post } from '../../../shared/post.ts'

/** What a client without the page would see and do: the other side of each comparison. */
export function wire(edgeUrl: string, token: string) {
  async function send(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(new URL(path, edgeUrl), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(method === 'POST' ? { 'idempotency-key': crypto.randomUUID() } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  return {
    post: async (text: string) => Post.parse(await send('POST', '/v1/posts', { text })),
    follow: (userId: string) => send('PUT', `/v1/users/${userId}/follow`),
    unblock: (userId: string) => send('DELETE', `/v1/users/${userId}/block`),

    /** All ids of the latest feed, to the end of time. */
    async latestIds(): Promise<string[]> {
      const ids: string[] = []
      for (let cursor: string | null | undefined; cursor !== null;) {
        const search = new URLSearchParams({ mode: 'latest', limit: String(FEED_PAGE_POSTS_MAX) })
        if (cursor !== undefined) search.set('cursor', cursor)
        const page = FeedPage.parse(await send('GET', `/v1/feed?${search.toString()}`))
        ids.push(...page.items.map((item) => item.post.id))
        cursor = page.nextCursor
      }
      return ids
    },
  }
}
