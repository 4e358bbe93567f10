import { hash, timingSafeEqual } from 'node:crypto'

/** Whether an Authorization header carries the token. Digests are compared, so that lengths say nothing. */
export function bearerToken(token: string): (header: string | undefined) => boolean {
  const expected = hash('sha256', token, 'buffer')
  return (header) => {
    if (header === undefined || !/^bearer /i.test(header)) return false
    return timingSafeEqual(hash('sha256', header.slice(7).trim(), 'buffer'), expected)
  }
}
