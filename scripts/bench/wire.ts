export type Protocol = 'http' | 'ping'

/**
 * Finds the ends of answers in the bytes of a connection, and no more: whoever measures a server must cost
 * less than the server. One answer is under way at a time.
 */
export function answersOf(
  protocol: Protocol,
  onAnswer: (isGood: boolean) => void,
): (chunk: Buffer) => void {
  if (protocol === 'ping') return (chunk) => onAnswer(chunk.length === '+PONG\r\n'.length)
  let head: Buffer = Buffer.alloc(0)
  let bodyLeft: number | undefined
  let isGood = false

  return (chunk) => {
    if (bodyLeft !== undefined) {
      bodyLeft -= chunk.length
      if (bodyLeft <= 0) end()
      return
    }
    head = head.length === 0 ? Buffer.from(chunk) : Buffer.concat([head, chunk])
    const headEnd = head.indexOf('\r\n\r\n')
    if (headEnd === -1) return
    const text = head.toString('latin1', 0, headEnd)
    const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1]
    if (length === undefined) throw new Error(`an answer without a length: ${text.slice(0, 400)}`)
    isGood = text[9] === '2'
    bodyLeft = Number(length) - (head.length - headEnd - 4)
    if (bodyLeft <= 0) end()
  }

  function end(): void {
    head = Buffer.alloc(0)
    bodyLeft = undefined
    onAnswer(isGood)
  }
}

export const getRequest = (path: string, headers: Readonly<Record<string, string>> = {}): string =>
  httpRequest('GET', path, headers)

export const postRequest = (
  path: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): string =>
  httpRequest(
    'POST',
    path,
    {
      ...headers,
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
    },
    body,
  )

function httpRequest(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body = '',
): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${lines.join('')}\r\n${body}`
}
