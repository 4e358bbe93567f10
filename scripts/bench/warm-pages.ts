export const HOME = '/v1/feed?mode=latest&limit=20'

const PASSES = 3

/** Reads everybody's page until lists and fragments are warm. */
export async function warmPages(url: string, bearers: readonly string[]): Promise<void> {
  for (let pass = 0; pass < PASSES; pass += 1) {
    for (const bearer of bearers) {
      const response = await fetch(url + HOME, { headers: { authorization: `Bearer ${bearer}` } })
      const body = await response.text()
      // A cold page of a busy machine may be refused, and is asked for again; a warm one may not.
      const isCold = pass < PASSES - 1 && response.status === 503
      if (!response.ok && !isCold) throw new Error(`a page: ${response.status} ${body}`)
    }
  }
}
