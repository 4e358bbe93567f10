/** What the product answered once, byte for byte, but for what each server says of its own connections. */
export interface StaticAnswer {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** A Redis that is asked for one key before each answer. */
  readonly redisUrl?: string
}

const OF_THE_CONNECTION = new Set(['connection', 'keep-alive', 'content-length', 'date'])

/** Rejects where the answer is not a good one. */
export async function staticAnswer(url: string, bearer?: string): Promise<StaticAnswer> {
  const response = await fetch(
    url,
    bearer === undefined ? {} : { headers: { authorization: `Bearer ${bearer}` } },
  )
  const body = await response.text()
  if (!response.ok) throw new Error(`${url}: ${response.status} ${body}`)
  const headers = [...response.headers].filter(([name]) => !OF_THE_CONNECTION.has(name))
  return { headers: Object.fromEntries(headers), body }
}

/** The same body, with no more said of it than what it is: fewer bytes than the product sends. */
export const bodyAlone = ({ body }: StaticAnswer): StaticAnswer => ({
  headers: { 'content-type': 'application/json' },
  body,
})
