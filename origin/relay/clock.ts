/** How far another clock is ahead of ours, as a request and its answer bound it. */
export interface ClockReading {
  readonly aheadMs: number
  readonly errorMs: number
}

/** The other clock was read somewhere between sending and answer. */
export const clockReading = (sentAt: number, answeredAt: number, timeMs: number): ClockReading => ({
  aheadMs: timeMs - (sentAt + answeredAt) / 2,
  errorMs: (answeredAt - sentAt) / 2,
})

/** How far two clocks are apart for certain: slow answers prove nothing. */
export const skewMs = (a: ClockReading, b: ClockReading): number =>
  Math.max(0, Math.abs(a.aheadMs - b.aheadMs) - a.errorMs - b.errorMs)
