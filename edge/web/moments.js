import { element } from './element.js'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

const inFull = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' })
const dayAndMonth = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const withYear = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })

/** Short enough for a meta row; the full time is in the title. @param {number} thenMs @param {number} nowMs */
export function ago(thenMs, nowMs) {
  const passedMs = nowMs - thenMs
  if (passedMs < MINUTE_MS) return 'now'
  if (passedMs < HOUR_MS) return `${Math.floor(passedMs / MINUTE_MS)} min`
  if (passedMs < DAY_MS) return `${Math.floor(passedMs / HOUR_MS)} h`
  if (passedMs < 7 * DAY_MS) return `${Math.floor(passedMs / DAY_MS)} d`
  const sameYear = new Date(thenMs).getFullYear() === new Date(nowMs).getFullYear()
  return (sameYear ? dayAndMonth : withYear).format(thenMs)
}

/** @param {string} time */
export function moment(time) {
  const thenMs = Date.parse(time)
  if (Number.isNaN(thenMs)) return element('time', {}, time)
  const title = inFull.format(thenMs)
  return element('time', { datetime: time, title }, ago(thenMs, Date.now()))
}

/** Times on screen grow older. @param {ParentNode} root */
export function refreshMoments(root) {
  for (const shown of root.querySelectorAll('time[datetime]')) {
    const text = ago(Date.parse(shown.getAttribute('datetime') ?? ''), Date.now())
    if (shown.textContent !== text) shown.textContent = text
  }
}
