import type { ReplySink } from './resp-parser.ts'

export interface JsonReplies extends ReplySink {
  /** `{"result":…}` or `{"error":…}` for each reply so far, with commas between. */
  text(): string
  /** A reply so far was an error. */
  failed(): boolean
  /** The replies were larger than allowed, and what there was of them is gone. */
  overflowed(): boolean
}

/** What a value costs beside its bytes, so that a million nulls count for something. */
const VALUE_BYTES = 16

/**
 * Writes replies as JSON while they are parsed; nothing is built in between. With `base64` each string is the
 * base64 of its bytes, at every depth, but for the status OK; errors are always plain. Without it, bytes
 * that are not UTF-8 become U+FFFD, as JSON can hold text only.
 */
export function jsonReplies(options: { base64: boolean; bytesMax: number }): JsonReplies {
  const { base64, bytesMax } = options
  let text = ''
  let separator = ''
  let depth = 0
  let used = 0
  let failed = false

  const fits = (bytes: number): boolean => {
    used += bytes + VALUE_BYTES
    if (used <= bytesMax) return true
    text = ''
    return false
  }
  const value = (json: string): void => {
    text += depth === 0 ? `${separator}{"result":${json}}` : separator + json
    separator = ','
  }
  const quote = (bytes: Buffer): string =>
    base64 ? `"${bytes.toString('base64')}"` : JSON.stringify(bytes.toString('utf8'))

  return {
    text: () => text,
    failed: () => failed,
    overflowed: () => used > bytesMax,
    accepts: fits,
    // `accepts` has counted it already.
    bulk: (bytes) => value(quote(bytes)),
    status(status) {
      if (!fits(status.length)) return
      value(status === 'OK' ? '"OK"' : quote(Buffer.from(status)))
    },
    error(message) {
      if (depth === 0) failed = true
      if (!fits(message.length)) return
      text += `${separator}{"error":${JSON.stringify(message)}}`
      separator = ','
    },
    integer(digits) {
      if (fits(0)) value(digits)
    },
    nil() {
      if (fits(0)) value('null')
    },
    open() {
      const opening = depth === 0 ? '{"result":[' : '['
      depth += 1
      if (!fits(0)) return
      text += separator + opening
      separator = ''
    },
    close() {
      depth -= 1
      if (used > bytesMax) return
      text += depth === 0 ? ']}' : ']'
      separator = ','
    },
  }
}
