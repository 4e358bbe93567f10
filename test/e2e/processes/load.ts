import { ask } from '../../support/client.ts'
import type { Person } from '../../support/deployment.ts'

export interface Load {
  readonly answered: () => number
  /** Whatever was not a success, in words, and the posts that were acknowledged. */
  stop(): Promise<{ readonly failures: readonly string[]; readonly posts: readonly string[] }>
}

/** Everybody writes and reads, one request after another, over connections that are kept. */
export function underLoad(url: string, people: readonly Person[]): Load {
  const failures: string[] = []
  const posts: string[] = []
  let answered = 0
  let isOver = false

  async function request(method: string, target: string, as: Person, body?: unknown) {
    try {
      const answer = await ask(url, method, target, { as, ...(body === undefined ? {} : { body }) })
      answered += 1
      if (answer.status >= 300)
        failures.push(`${method} ${target}: ${answer.status} ${answer.text}`)
      return answer
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined
      failures.push(`${method} ${target}: ${String(error)} (${String(cause)})`)
      return undefined
    }
  }
  async function person(as: Person): Promise<void> {
    while (!isOver) {
      const answer = await request('POST', '/v1/posts', as, { text: 'a post' })
      const id = answer?.json['id']
      if (typeof id === 'string') posts.push(id)
      await request('GET', '/v1/feed?mode=latest', as)
      await request('GET', `/v1/users/${as.id}`, as)
    }
  }
  const running = people.map(person)

  return {
    answered: () => answered,
    async stop() {
      isOver = true
      await Promise.all(running)
      return { failures, posts }
    },
  }
}
