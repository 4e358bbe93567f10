import { answerEnds } from '../../test/support/answer-ends.ts'

export type Protocol = 'http' | 'ping'

/** Whether each answer on a connection is a good one. One is under way at a time. */
export const answersOf = (
  protocol: Protocol,
  onAnswer: (isGood: boolean) => void,
): ((chunk: Buffer) => void) =>
  protocol === 'ping'
    ? (chunk) => onAnswer(chunk.length === '+PONG\r\n'.length)
    : answerEnds((head) => onAnswer(head[9] === '2'))

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
