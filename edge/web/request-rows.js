import { element } from './element.js'
import { serverMs } from './request-log.js'

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })
const COLUMNS = ['Time', 'Request', 'Status', 'Completeness', 'Layer', 'Server', 'Here']

/** The last requests as a table, newest first. @param {readonly import('./request-log.js').RequestEntry[]} entries */
export function requestRows(entries) {
  if (entries.length === 0) return element('p', { class: 'faint' }, 'No request yet.')
  const heads = COLUMNS.map((name) => element('th', { scope: 'col' }, name))
  return element(
    'table',
    {},
    element('caption', { class: 'unseen' }, 'The last requests, newest first'),
    element('thead', {}, element('tr', {}, ...heads)),
    element('tbody', {}, ...entries.map(row)),
  )
}

/** @param {import('./request-log.js').RequestEntry} entry */
function row(entry) {
  const {
    atMs,
    method,
    path,
    status,
    outcome,
    completeness,
    missing,
    servedBy,
    timings,
    measuredMs,
  } = entry
  const server = serverMs(timings)
  const parts = timings.map(({ name, durationMs }) => `${name} ${durationMs} ms`).join(', ')
  const lacks = missing.length > 0 ? ` (without ${missing.join(', ')})` : ''
  return element(
    'tr',
    {
      class: outcome === '' ? completeness : 'failed',
      title: entry.requestId && `Request ${entry.requestId}`,
    },
    element('td', {}, clock.format(atMs)),
    element('td', { class: 'path', title: path }, `${method} ${shortened(path)}`),
    element('td', {}, [status || 'none', outcome].filter(Boolean).join(' ')),
    element('td', {}, `${completeness || '–'}${lacks}`),
    element('td', {}, servedBy || '–'),
    element(
      'td',
      { class: 'figure', title: parts },
      server === undefined ? '–' : `${server.toFixed(1)} ms`,
    ),
    element('td', { class: 'figure' }, `${measuredMs.toFixed(1)} ms`),
  )
}

/** A cursor is long and says nothing to a reader; that there is one does. @param {string} path */
const shortened = (path) => path.replace(/cursor=[^&]+/, 'cursor=…')
