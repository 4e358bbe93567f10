/**
 * Finds the ends of HTTP answers in the bytes of a connection that has one request under way, and no more:
 * whoever measures a server must cost less than the server. Hands out each head without its last line end.
 */
export function answerEnds(onAnswer: (head: string) => void): (chunk: Buffer) => void {
  let bytes: Buffer = Buffer.alloc(0)
  let head = ''
  let bodyLeft: number | undefined

  return (chunk) => {
    if (bodyLeft === undefined) {
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk])
      const headEnd = bytes.indexOf('\r\n\r\n')
      if (headEnd === -1) return
      head = bytes.toString('latin1', 0, headEnd)
      const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
      if (length === undefined) throw new Error(`an answer without a length: ${head.slice(0, 400)}`)
      bodyLeft = Number(length) - (bytes.length - headEnd - 4)
      bytes = Buffer.alloc(0)
    } else {
      bodyLeft -= chunk.length
    }
    if (bodyLeft > 0) return
    bodyLeft = undefined
    onAnswer(head)
  }
}
