/**
 * A Worker that gives the same answer to everyone, its headers made once, after the calls to L2 that a page was
 * seen to make: one after the other, their answers read to the end.
 */
export const bareWorker = `
let headers, body, pages, l2, next = 0
export default {
  async fetch(request, env) {
    headers ??= new Headers(JSON.parse(env.HEADERS))
    body ??= new TextEncoder().encode(env.BODY)
    pages ??= JSON.parse(env.CALLS)
    l2 ??= {
      url: JSON.parse(env.L2_REGIONS)[0]?.url + '/pipeline',
      headers: { authorization: 'Bearer ' + env.L2_TOKEN, 'content-type': 'application/json' },
    }
    if (pages.length > 0) {
      for (const call of pages[next++ % pages.length]) {
        const answer = await fetch(l2.url, { method: 'POST', headers: l2.headers, body: call })
        await answer.json()
      }
    }
    return new Response(body, { headers })
  },
}
`
