export interface Seen {
  readonly status: number
  readonly hasRetryAfter: boolean
  /** The server wants this connection ended. */
  readonly closes: boolean
}

/** Finds the ends of answers in the bytes of a connection with one request under way, and little else. */
export function answers(onAnswer: (seen: Seen) => void): (chunk: Buffer) => void {
  let head: Buffer = Buffer.alloc(0)
  let bodyLeft: number | undefined
  let seen: Seen | undefined

  return (chunk) => {
    if (bodyLeft === undefined) {
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end === -1) return
      const text = head.toString('latin1', 0, end)
      const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1]
      if (length === undefined) throw new Error(`an answer without a length: ${text.slice(0, 400)}`)
      seen = {
        status: Number(text.slice(9, 12)),
        hasRetryAfter: /\r\nretry-after:/i.test(text),
        closes: /\r\nconnection: *close/i.test(text),
      }
      bodyLeft = Number(length) - (head.length - end - 4)
      head = Buffer.alloc(0)
    } else {
      bodyLeft -= chunk.length
    }
    if (bodyLeft > 0 || seen === undefined) return
    const ended = seen
    bodyLeft = undefined
    seen = undefined
    onAnswer(ended)
  }
}
