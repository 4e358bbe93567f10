import type { Horizon, Token } from './horizon.ts'

/** The `Headwater-Token` header: `<epoch>.<xid>`. Opaque to clients, who send the newest back. */
export const formatToken = ({ epoch, xid }: Token): string => `${epoch}.${xid}`

export function parseToken(text: string): Token | undefined {
  const match = /^(\d{1,15})\.(\d{1,15})$/.exec(text)
  return match === null ? undefined : { epoch: Number(match[1]), xid: Number(match[2]) }
}

/** Tokens of several writers compose by max; a newer epoch outranks, since a restore ended the older. */
export function laterToken(a: Token | undefined, b: Token | undefined): Token | undefined {
  if (a === undefined || b === undefined) return a ?? b
  if (a.epoch !== b.epoch) return a.epoch > b.epoch ? a : b
  return a.xid >= b.xid ? a : b
}

/**
 * What a cursor asks of the next page: all that this one could see. Stronger than the token that a client
 * gets: with a transaction still running, `asOf` shows posts above its xmin, and a page that lacks them
 * below the cursor would lose them for this walk.
 */
export function cursorToken(asOf: Horizon, token: Token | undefined): Token {
  const seen = { epoch: asOf.epoch, xid: asOf.xmax - 1 }
  return laterToken(seen, token) ?? seen
}
