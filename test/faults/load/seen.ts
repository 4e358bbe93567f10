export interface Seen {
  readonly status: number
  readonly hasRetryAfter: boolean
  /** The server wants this connection ended. */
  readonly closes: boolean
}

/** What the head of an answer says. */
export const seenIn = (head: string): Seen => ({
  status: Number(head.slice(9, 12)),
  hasRetryAfter: /\r\nretry-after:/i.test(head),
  closes: /\r\nconnection: *close/i.test(head),
})
