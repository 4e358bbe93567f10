import type { Asking } from './asking.ts'

/** One post through the API. Answers its id. */
export async function publish(client: Asking, bearer: string, text: string): Promise<string> {
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' }
  const { id } = JSON.parse(await client.ask('/v1/posts', headers, JSON.stringify({ text }))) as {
    id: string
  }
  return id
}
