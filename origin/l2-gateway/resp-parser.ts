/**
 * Hears what a reply says, in order. An array is `open`, its elements, `close`. Bytes are only valid during
 * the call: they may be a view of the socket's own buffer.
 */
export interface ReplySink {
  /** Asked before a bulk string is kept; after `false` its bytes are thrown away and `bulk` is not called. */
  accepts(bytes: number): boolean
  status(text: string): void
  error(text: string): void
  integer(digits: string): void
  bulk(bytes: Buffer): void
  nil(): void
  open(length: number): void
  close(): void
}

export interface RespReader {
  /** Where the next reply goes; asked once a reply, when its first line has arrived. */
  next(): ReplySink
  ended(): void
}

/** What came is not RESP 2. Nothing after it can be trusted, so the connection has to go. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}

/** A header, a status or an error text: Redis keeps them short. */
const LINE_BYTES_MAX = 65_536
/** Redis' own bound of a string. */
const BULK_BYTES_MAX = 536_870_912
/** Replies to reads nest three deep (XRANGE); more is garbage. */
const DEPTH_MAX = 32

const CR = 13
const LF = 10
const NOTHING: Buffer = Buffer.alloc(0)

/** Feed it chunks as they come, cut anywhere. It looks at a byte once and copies only what a cut divided. */
export function respParser(reader: RespReader): (chunk: Buffer) => void {
  let unfinishedLine = NOTHING
  let sink: ReplySink | undefined
  /** For each open array, the elements still to come. */
  const open: number[] = []
  /** Bytes of the divided bulk string still to come, its line end included; 0: none is divided. */
  let bulkMissing = 0
  /** Where they go; `undefined` when nobody wants them. */
  let bulk: Buffer | undefined

  function valueEnded(): void {
    for (let left = open.pop(); left !== undefined; left = open.pop()) {
      if (left > 1) {
        open.push(left - 1)
        return
      }
      sink?.close()
    }
    sink = undefined
    reader.ended()
  }

  /** Takes what is there of a bulk string of `length` bytes at `at`; answers where it stopped. */
  function startBulk(bytes: Buffer, at: number, length: number, to: ReplySink): number {
    const wanted = to.accepts(length)
    const end = at + length
    if (end + 2 <= bytes.length) {
      expectLineEnd(bytes, end)
      if (wanted) to.bulk(bytes.subarray(at, end))
      valueEnded()
      return end + 2
    }
    bulk = wanted ? Buffer.allocUnsafe(length + 2) : undefined
    bulkMissing = length + 2
    return continueBulk(bytes, at)
  }

  function continueBulk(bytes: Buffer, at: number): number {
    const taken = Math.min(bulkMissing, bytes.length - at)
    bulk?.set(bytes.subarray(at, at + taken), bulk.length - bulkMissing)
    bulkMissing -= taken
    if (bulkMissing === 0) {
      if (bulk !== undefined) {
        expectLineEnd(bulk, bulk.length - 2)
        sink?.bulk(bulk.subarray(0, -2))
        bulk = undefined
      }
      valueEnded()
    }
    return at + taken
  }

  /** The line from `at` up to `end`; answers where the next one starts. */
  function readLine(bytes: Buffer, at: number, end: number): number {
    sink ??= reader.next()
    const after = end + 2
    switch (bytes[at]) {
      case 0x24: {
        const length = readLength(bytes, at + 1, end)
        if (length > BULK_BYTES_MAX) throw new ProtocolError('a string beyond what Redis can hold')
        if (length >= 0) return startBulk(bytes, after, length, sink)
        sink.nil()
        break
      }
      case 0x2a: {
        const length = readLength(bytes, at + 1, end)
        if (length > 0) {
          if (open.length === DEPTH_MAX) throw new ProtocolError('arrays nested too deep')
          sink.open(length)
          open.push(length)
          return after
        }
        if (length === 0) {
          sink.open(0)
          sink.close()
        } else sink.nil()
        break
      }
      case 0x3a:
        sink.integer(readInteger(bytes, at + 1, end))
        break
      case 0x2b:
        sink.status(bytes.toString('utf8', at + 1, end))
        break
      case 0x2d:
        sink.error(bytes.toString('utf8', at + 1, end))
        break
      default:
        throw new ProtocolError('a reply of no known type')
    }
    valueEnded()
    return after
  }

  return (chunk) => {
    const bytes = unfinishedLine.length === 0 ? chunk : Buffer.concat([unfinishedLine, chunk])
    let at = 0
    while (at < bytes.length) {
      if (bulkMissing > 0) {
        at = continueBulk(bytes, at)
        continue
      }
      const end = bytes.indexOf(CR, at)
      if (end === -1 || end + 1 === bytes.length) break
      expectLineEnd(bytes, end)
      at = readLine(bytes, at, end)
    }
    unfinishedLine = bytes.subarray(at)
    if (unfinishedLine.length > LINE_BYTES_MAX) throw new ProtocolError('a line without an end')
  }
}

function expectLineEnd(bytes: Buffer, at: number): void {
  if (bytes[at] !== CR || bytes[at + 1] !== LF) throw new ProtocolError('a line end is missing')
}

/** −1 is null; anything below is as wrong as a letter. */
function readLength(bytes: Buffer, at: number, end: number): number {
  if (end - at === 2 && bytes[at] === 0x2d && bytes[at + 1] === 0x31) return -1
  if (at === end || end - at > 10) throw new ProtocolError('a length that is no number')
  let length = 0
  for (let index = at; index < end; index += 1) {
    const digit = (bytes[index] ?? 0) - 0x30
    if (digit < 0 || digit > 9) throw new ProtocolError('a length that is no number')
    length = length * 10 + digit
  }
  return length
}

/** As digits: 64 bits do not fit into a JavaScript number. */
function readInteger(bytes: Buffer, at: number, end: number): string {
  const digits = bytes.toString('latin1', at, end)
  if (!/^-?(?:0|[1-9]\d{0,18})$/.test(digits))
    throw new ProtocolError('an integer that is no number')
  return digits
}
