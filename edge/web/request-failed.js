/** @typedef {'offline' | 'unreachable' | 'timeout' | 'garbled' | 'refused'} FailureKind */

/** A request without a usable answer. `refused` means that the server said so, with a problem. */
export class RequestFailed extends Error {
  /**
   * @param {FailureKind} kind
   * @param {{ status?: number, problem?: import('./wire.js').Problem, retryAfterMs?: number, cause?: unknown }} [about]
   */
  constructor(kind, { status = 0, problem = {}, retryAfterMs = 0, cause } = {}) {
    super(problem.title ?? kind, { cause })
    this.name = 'RequestFailed'
    this.kind = kind
    this.status = status
    this.code = problem.code ?? ''
    this.title = problem.title ?? ''
    this.requestId = problem.requestId ?? ''
    this.fields = problem.errors ?? []
    /** 0: the server did not say when to come back. */
    this.retryAfterMs = retryAfterMs
  }

  /** The place in the feed is lost for good; only a new first page helps. */
  get endsWalk() {
    return this.status === 410 || (this.status === 400 && this.code.includes('CURSOR'))
  }

  /** Asking again may help. */
  get mayPass() {
    return this.kind !== 'refused' || this.status === 429 || this.status >= 500
  }
}

/**
 * Seconds or a date, as HTTP allows both.
 *
 * @param {string | null} header
 * @param {number} nowMs
 */
export function retryAfterMs(header, nowMs) {
  if (header === null) return 0
  const seconds = Number(header)
  const waitMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : 0
}
