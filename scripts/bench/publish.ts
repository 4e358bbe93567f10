import { devToken } from '../local/dev-token.ts'
import { JWT } from './people.ts'

/** One post through the API. Answers its id. */
export async function publish(url: string, subject: string, text: string): Promise<string> {
  const response = await fetch(`${url}/v1/posts`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await devToken({ ...JWT, subject })}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ text }),
  })
  if (!response.ok) throw new Error(`a post: ${response.status} ${await response.text()}`)
  return ((await response.json()) as { id: string }).id
}
