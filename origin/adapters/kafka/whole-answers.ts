import { KAFKA_REPLY_BYTES_MAX } from '../../../shared/limits.ts'

const SIZE_BYTES = 4
const ID_BYTES = 4
const NONE = Buffer.alloc(0)

export interface AskedRequests {
  readonly isAsked: (id: number) => boolean
  readonly answered: (id: number) => void
}

/**
 * Takes a stream of answers in whatever pieces it comes and gives those that are whole, as they came; the
 * rest waits. Throws at one that is none: of an impossible size, or to no request.
 * Each is a size, the number of its request, and what that asked for:
 * https://kafka.apache.org/protocol#protocol_messages
 */
export function wholeAnswers({ isAsked, answered }: AskedRequests): (bytes: Buffer) => Buffer {
  let pieces: Buffer[] = []
  let heldBytes = 0
  /** Before there are so many nothing more can be known. */
  let awaitedBytes = 0

  /** Of an answer with its size; infinite as long as that is not known. */
  function bytesOf(answer: Buffer): number {
    if (answer.length < SIZE_BYTES) return Number.POSITIVE_INFINITY
    const size = answer.readInt32BE()
    if (size < ID_BYTES || size > KAFKA_REPLY_BYTES_MAX) throw strange()
    if (answer.length < SIZE_BYTES + ID_BYTES) return Number.POSITIVE_INFINITY
    if (!isAsked(idOf(answer))) throw strange()
    return SIZE_BYTES + size
  }

  return (bytes) => {
    pieces.push(bytes)
    heldBytes += bytes.length
    if (heldBytes < awaitedBytes) return NONE

    const held = Buffer.concat(pieces)
    let rest = held
    let nextBytes = bytesOf(rest)
    while (nextBytes <= rest.length) {
      answered(idOf(rest))
      rest = rest.subarray(nextBytes)
      nextBytes = bytesOf(rest)
    }
    pieces = [rest]
    heldBytes = rest.length
    awaitedBytes = Number.isFinite(nextBytes) ? nextBytes : 0
    return held.subarray(0, held.length - rest.length)
  }
}

const idOf = (answer: Buffer): number => answer.readInt32BE(SIZE_BYTES)

const strange = () => new Error('an answer that is none of a broker')
