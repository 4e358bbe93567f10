/** Each look is later than the one before it, as it is in life: what compares two moments relies on it. */
export interface DatabaseClock {
  readonly floorMs: () => number
  readonly ceilMs: () => number
}

export function databaseClock(nowMs: () => number): DatabaseClock {
  let lastUs = 0
  const lookUs = () => (lastUs = Math.max(lastUs + 1, nowMs() * 1000))
  return {
    floorMs: () => Math.floor(lookUs() / 1000),
    ceilMs: () => Math.ceil(lookUs() / 1000),
  }
}
