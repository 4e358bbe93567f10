import { element } from './element.js'
import { serverMs } from './request-log.js'
import { requestRows } from './request-rows.js'

/** @typedef {import('./request-log.js').RequestEntry} RequestEntry */

/** @type {Readonly<Record<string, string>>} */
const LAYERS = { l1: 'L1 · edge memory', l2: 'L2 · region', origin: 'Origin' }
/** @type {Readonly<Record<string, string>>} */
const COMPLETENESS = { complete: 'Complete', partial: 'Partial', degraded: 'Degraded' }

/**
 * One line about the last answer: how complete, from where, how fast. Its details are the last
 * requests.
 *
 * @param {HTMLElement} place
 * @param {import('./request-log.js').RequestLog} log
 */
export function statusStrip(place, log) {
  const line = element('div', { class: 'status-line' })
  const rows = element('div', {
    class: 'requests',
    id: 'requests',
    tabindex: 0,
    role: 'region',
    'aria-label': 'The last requests',
  })
  rows.hidden = true
  const toggle = element(
    'button',
    {
      type: 'button',
      class: 'status-toggle',
      'aria-expanded': 'false',
      'aria-controls': 'requests',
      onclick: () => flip(),
    },
    'Details',
  )
  place.replaceChildren(rows, element('div', { class: 'status-inner' }, line, toggle))
  /** @type {readonly RequestEntry[]} */
  let entries = []

  function flip(open = rows.hidden) {
    rows.hidden = !open
    toggle.setAttribute('aria-expanded', String(open))
    toggle.textContent = open ? 'Close' : 'Details'
    if (open) rows.replaceChildren(requestRows(entries))
  }

  place.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || rows.hidden) return
    flip(false)
    toggle.focus()
  })
  log.follow((now) => {
    entries = now
    const told = tellingOf(now)
    if (told !== undefined) line.replaceChildren(...summary(told))
    if (!rows.hidden) rows.replaceChildren(requestRows(now))
  })
  return { flip: () => flip() }
}

/**
 * The newest answer that says something: a failure, or one that states how complete it is. A small
 * answer beside the feed would otherwise push the feed's own label out.
 *
 * @param {readonly RequestEntry[]} entries
 */
const tellingOf = (entries) =>
  entries.find(({ outcome, completeness }) => outcome !== '' || completeness !== '') ?? entries[0]

/** @param {RequestEntry} entry */
function summary(entry) {
  const { completeness, missing, servedBy, timings, measuredMs, outcome, status } = entry
  const server = serverMs(timings)
  const state = outcome !== '' ? 'failed' : completeness
  const words =
    outcome !== ''
      ? `${status === 0 ? 'No answer:' : status} ${outcome}`
      : (COMPLETENESS[completeness] ?? `${status}`)
  const lacks = missing.length > 0 ? ` without ${missing.join(', ')}` : ''
  return [
    element(
      'span',
      { class: `state ${state}` },
      element('span', { class: 'dot', 'aria-hidden': 'true' }),
      `${words}${lacks}`,
    ),
    servedBy !== '' && element('span', { class: 'layer' }, LAYERS[servedBy] ?? servedBy),
    server !== undefined && element('span', { class: 'server' }, `${milliseconds(server)} server`),
    element('span', {}, `${milliseconds(measuredMs)} here`),
  ].filter((part) => part !== false)
}

/** @param {number} ms */
export const milliseconds = (ms) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
