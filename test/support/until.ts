import { until as poll } from '../../scripts/local/until.ts'

/** Longer than anything that is waited for takes on a busy machine. A test that judges a time names its own. */
const DEADLINE_MS = 20_000

/** Waits on a condition, never on the clock: answers as soon as it holds, fails at the deadline. */
export function until<T>(
  condition: () => T | Promise<T>,
  deadlineMs = DEADLINE_MS,
  what = 'the condition',
): Promise<Exclude<T, false | undefined>> {
  return poll(condition, { deadlineMs, what, everyMs: 5 })
}
