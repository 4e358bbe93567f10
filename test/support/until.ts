import { until as poll } from '../../scripts/local/until.ts'

/** Waits on a condition, never on the clock: answers as soon as it holds, fails at the deadline. */
export function until<T>(
  condition: () => T | Promise<T>,
  deadlineMs = 5_000,
  what = 'the condition',
): Promise<Exclude<T, false | undefined>> {
  return poll(condition, { deadlineMs, what, everyMs: 5 })
}
