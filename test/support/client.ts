import { HEADERS } from '../../shared/headers.ts'
import type { Person } from './deployment.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Of a body that is JSON; undefined members where there is none. */
  readonly json: Readonly<Record<string, unknown>>
  readonly token: string | undefined
  readonly servedBy: string | null
}

export interface Ask {
  readonly as?: Person | undefined
  readonly token?: string | undefined
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** One request, as a client of the product sends it. */
export async function ask(
  base: string,
  method: string,
  target: string,
  { as, token, body, headers = {} }: Ask = {},
): Promise<Answer> {
  const response = await fetch(base + target, {
    method,
    redirect: 'manual',
    headers: {
      ...(as === undefined ? {} : { authorization: `Bearer ${as.bearer}` }),
      ...(token === undefined ? {} : { [HEADERS.token]: token }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') === true
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : {},
    token: response.headers.get(HEADERS.token) ?? undefined,
    servedBy: response.headers.get(HEADERS.servedBy),
  }
}

/** A write that must succeed. */
export async function write(
  base: string,
  method: string,
  target: string,
  options: Ask,
): Promise<Answer> {
  const answer = await ask(base, method, target, options)
  if (answer.status >= 300) throw new Error(`${method} ${target}: ${answer.status} ${answer.text}`)
  return answer
}

/** The ids on a page of a feed or of a user's posts. */
export function idsOn({ json }: Answer): readonly string[] {
  const items = json['items'] as readonly { id?: string; post?: { id: string } }[] | undefined
  return (items ?? []).map((item) => item.post?.id ?? item.id ?? '')
}
