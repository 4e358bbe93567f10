/**
 * @typedef {object} RequestEntry
 * @property {number} atMs
 * @property {string} method
 * @property {string} path
 * @property {number} status 0 when no answer came
 * @property {string} outcome the failure's kind or the problem's code; empty when all is well
 * @property {import('./wire.js').Completeness | ''} completeness
 * @property {readonly string[]} missing
 * @property {string} servedBy
 * @property {readonly Timing[]} timings as the server measured them
 * @property {number} measuredMs as this page measured it, network and all
 * @property {string} requestId
 *
 * @typedef {{ name: string, durationMs: number }} Timing
 * @typedef {ReturnType<typeof requestLog>} RequestLog
 */

/** The last requests, newest first. @param {{ entriesMax: number }} bounds */
export function requestLog({ entriesMax }) {
  /** @type {RequestEntry[]} */
  let entries = []
  /** @type {((entries: readonly RequestEntry[]) => void)[]} */
  const listeners = []
  return {
    /** @param {RequestEntry} entry */
    add(entry) {
      entries = [entry, ...entries].slice(0, entriesMax)
      for (const listener of listeners) listener(entries)
    },
    /** @param {(entries: readonly RequestEntry[]) => void} listener */
    follow: (listener) => void listeners.push(listener),
  }
}

/**
 * `total;dur=3.1, l2;desc="region";dur=1.2`: entries without a duration say nothing here.
 *
 * @param {string | null} header
 * @returns {Timing[]}
 */
export function readServerTiming(header) {
  return (header ?? '').split(',').flatMap((part) => {
    const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim())
    const duration = parameters.find((parameter) => /^dur\s*=/i.test(parameter))
    const durationMs = Number(duration?.slice(duration.indexOf('=') + 1))
    return name !== '' && duration !== undefined && Number.isFinite(durationMs)
      ? [{ name, durationMs }]
      : []
  })
}

/** The whole of it: `total` where the server names one, else its longest part. @param {readonly Timing[]} timings */
export function serverMs(timings) {
  const total = timings.find(({ name }) => name === 'total')
  if (total !== undefined) return total.durationMs
  return timings.length === 0 ? undefined : Math.max(...timings.map((timing) => timing.durationMs))
}
