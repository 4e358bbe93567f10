/** A line of a file, from 1. `reason`: it cannot be read, and `text` is how it begins. */
export interface Line {
  readonly number: number
  readonly text: string
  readonly reason?: string
}

const NEWLINE = 10
const CARRIAGE_RETURN = 13
/** Of a line that is too long, what is kept to show. */
const HEAD_BYTES = 256

/** Splits bytes into lines. However long a line is, no more than the bound is ever held of it. */
export async function* linesOf(
  bytes: AsyncIterable<Buffer>,
  { bytesMax, after = 0 }: { readonly bytesMax: number; readonly after?: number },
): AsyncGenerator<Line> {
  let number = 1
  let parts: Buffer[] = []
  let length = 0

  const take = (part: Buffer) => {
    if (length <= bytesMax) parts.push(part)
    length += part.length
  }
  const line = (): Line | undefined => {
    const held = Buffer.concat(parts)
    const isTooLong = length > bytesMax
    const skipped = number <= after
    parts = []
    length = 0
    number += 1
    if (skipped) return undefined
    if (isTooLong) {
      const text = held.subarray(0, HEAD_BYTES).toString('latin1')
      return { number: number - 1, text, reason: `longer than ${bytesMax} bytes` }
    }
    return readable(number - 1, held)
  }

  for await (const chunk of bytes) {
    let start = 0
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, start)) {
      take(chunk.subarray(start, at))
      const next = line()
      if (next !== undefined) yield next
      start = at + 1
    }
    if (start < chunk.length) take(chunk.subarray(start))
  }
  if (length > 0) {
    const next = line()
    if (next !== undefined) yield next
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

function readable(number: number, held: Buffer): Line {
  const bytes = held.at(-1) === CARRIAGE_RETURN ? held.subarray(0, -1) : held
  try {
    return { number, text: utf8.decode(bytes) }
  } catch {
    // Not UTF-8: the row is reported, and the rest of the file goes on.
    return { number, text: bytes.toString('latin1'), reason: 'not UTF-8' }
  }
}
