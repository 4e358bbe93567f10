import type { Command, Reply } from '../../../shared/feed/wave.ts'

/** A command whose text was made before: of some hundred that differ by their key alone. */
export interface EncodedCommand {
  readonly key: string
  /** Of ASCII alone. */
  readonly text: string
}

export const isEncoded = (command: Command | EncodedCommand): command is EncodedCommand =>
  'text' in command

/** A command as RESP, to be joined with others into one write. */
export const encodeCommand = (command: Command | EncodedCommand): string =>
  isEncoded(command) ? command.text : `*${command.length}\r\n${encodeParts(command)}`

/** LPUSHX of one element to many lists: what they share is made once. Keys of ours have one byte a character. */
export function encodePushes(lists: readonly string[], element: string): EncodedCommand[] {
  const head = '*3\r\n$6\r\nLPUSHX\r\n$'
  const tail = `\r\n$${Buffer.byteLength(element)}\r\n${element}\r\n`
  return lists.map((key) => ({ key, text: `${head}${key.length}\r\n${key}${tail}` }))
}

/** Arguments, to stand behind a command's number of them. */
export function encodeParts(parts: readonly string[]): string {
  let text = ''
  for (const part of parts) text += `$${Buffer.byteLength(part)}\r\n${part}\r\n`
  return text
}

/** Takes the bytes of a connection in any pieces and hands out whole replies. Throws on what is not RESP2. */
export function respReader(onReply: (reply: Reply) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    for (;;) {
      const parsed = parseReply(bytes, at)
      if (parsed === undefined) break
      at = parsed.end
      onReply(parsed.reply)
    }
    rest = bytes.subarray(at)
  }
}

interface Parsed {
  readonly reply: Reply
  readonly end: number
}

/** `undefined`: the rest has not come yet. */
function parseReply(bytes: Buffer, start: number): Parsed | undefined {
  // Most that a delivery is answered are lengths of lists: read where they are, and not made a text of.
  if (bytes[start] === COLON) return parseInteger(bytes, start + 1)
  const lineEnd = bytes.indexOf('\r\n', start)
  if (lineEnd === -1) return undefined
  const line = bytes.toString('utf8', start + 1, lineEnd)
  const end = lineEnd + 2
  switch (bytes[start]) {
    case 0x2b: // +
      return { reply: line, end }
    case 0x2d: // -
      return { reply: new Error(line), end }
    case 0x24: // $
      return parseText(bytes, end, Number(line))
    case 0x2a: // *
      return parseArray(bytes, end, Number(line))
    default:
      throw new TypeError('the node does not speak RESP2')
  }
}

const [COLON, MINUS, CR, LF, ZERO, NINE] = [...Buffer.from(':-\r\n09')] as [
  number,
  number,
  number,
  number,
  number,
  number,
]

/** Exact up to 2^53, which no count of ours reaches. */
function parseInteger(bytes: Buffer, start: number): Parsed | undefined {
  const isNegative = bytes[start] === MINUS
  let at = isNegative ? start + 1 : start
  let value = 0
  for (let byte = bytes[at]; byte !== CR; byte = bytes[at]) {
    if (byte === undefined) return undefined
    if (byte < ZERO || byte > NINE) throw new TypeError('the node does not speak RESP2')
    value = value * 10 + (byte - ZERO)
    at += 1
  }
  if (bytes.length < at + 2) return undefined
  if (bytes[at + 1] !== LF) throw new TypeError('the node does not speak RESP2')
  return { reply: isNegative ? -value : value, end: at + 2 }
}

function parseText(bytes: Buffer, start: number, length: number): Parsed | undefined {
  if (length < 0) return { reply: null, end: start }
  const end = start + length + 2
  if (bytes.length < end) return undefined
  return { reply: bytes.toString('utf8', start, start + length), end }
}

function parseArray(bytes: Buffer, start: number, length: number): Parsed | undefined {
  if (length < 0) return { reply: null, end: start }
  const replies: Reply[] = []
  let end = start
  for (let index = 0; index < length; index += 1) {
    const parsed = parseReply(bytes, end)
    if (parsed === undefined) return undefined
    replies.push(parsed.reply)
    end = parsed.end
  }
  return { reply: replies, end }
}
