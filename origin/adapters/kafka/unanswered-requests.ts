import { KAFKA_REBALANCE_MS, KAFKA_REQUEST_DEADLINE_MS } from '../../../shared/limits.ts'
import type { AskedRequests } from './whole-answers.ts'

/** Where a request says what it asks, and its own number: https://kafka.apache.org/protocol#protocol_messages */
const KIND_AT = 4
const ID_AT = 8

/** Those who ask to join a group, or for their share of it, are answered when all have come. */
const WAIT_FOR_OTHERS: ReadonlySet<number> = new Set([11, 14])

export interface UnansweredRequests extends AskedRequests {
  add(request: Buffer): void
  /** Whether the first of them waits for longer than a broker that is there lets it wait. */
  areOverdue(): boolean
}

/** Of one connection, on which a broker answers in the order of the requests. */
export function unansweredRequests(now: () => number): UnansweredRequests {
  /** By number, when each has waited too long. */
  const overdueAt = new Map<number, number>()

  return {
    isAsked: (id) => overdueAt.has(id),
    answered: (id) => void overdueAt.delete(id),
    add(request) {
      const waits = WAIT_FOR_OTHERS.has(request.readInt16BE(KIND_AT)) ? KAFKA_REBALANCE_MS : 0
      overdueAt.set(request.readInt32BE(ID_AT), now() + waits + KAFKA_REQUEST_DEADLINE_MS)
    },
    areOverdue() {
      const [first] = overdueAt.values()
      return first !== undefined && first < now()
    },
  }
}
