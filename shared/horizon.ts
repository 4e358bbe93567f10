/**
 * What a place has: a Postgres snapshot (`pg_current_snapshot()`), preceded by the epoch.
 * Transaction ids are 64 bits in Postgres; a safe integer holds those of centuries.
 */
export interface Horizon {
  readonly epoch: number
  /** Every transaction below it has ended. */
  readonly xmin: number
  /** No transaction at or above it had begun to write. */
  readonly xmax: number
  /** Between the two: still running. */
  readonly xip: readonly number[]
}

/** What a writer may ask a reader for: everything up to this transaction. */
export interface Token {
  readonly epoch: number
  readonly xid: number
}

/** Is the transaction visible in the horizon? */
export const hasXid = (horizon: Horizon, xid: number): boolean =>
  xid < horizon.xmin || (xid < horizon.xmax && !horizon.xip.includes(xid))

/** A token speaks of every lower transaction too, so nothing below it may still be running. */
export const hasToken = (horizon: Horizon, token: Token): boolean =>
  token.epoch === horizon.epoch && token.xid < horizon.xmin

/** The strongest token that the horizon has. */
export const tokenOf = (horizon: Horizon): Token => ({
  epoch: horizon.epoch,
  xid: horizon.xmin - 1,
})

/** A horizon of which only xmin is known: it claims nothing that is not certain. */
export const horizonBelow = (epoch: number, xmin: number): Horizon => ({
  epoch,
  xmin,
  xmax: xmin,
  xip: [],
})

/** Does everything that `inner` shows lie in `outer`? Conservative: decided on the bounds alone. */
export const covers = (outer: Horizon, inner: Horizon): boolean =>
  outer.epoch === inner.epoch &&
  (inner.xmax <= outer.xmin ||
    (inner.xmax <= outer.xmax &&
      outer.xip.every((xid) => xid >= inner.xmax || inner.xip.includes(xid))))

/** The lowest of several: what all of them have for certain. Of two epochs, nothing: a restore lies between. */
export function lowestHorizon(horizons: readonly Horizon[]): Horizon {
  const [first, ...rest] = horizons
  if (first === undefined) throw new TypeError('the lowest of no horizons')
  return rest.reduce((lowest, next) => {
    if (covers(next, lowest)) return lowest
    if (covers(lowest, next)) return next
    if (lowest.epoch !== next.epoch) return horizonBelow(Math.max(lowest.epoch, next.epoch), 0)
    return horizonBelow(lowest.epoch, Math.min(lowest.xmin, next.xmin))
  }, first)
}

/** `epoch:xmin:xmax:xip`, xip separated by commas. */
export const formatHorizon = ({ epoch, xmin, xmax, xip }: Horizon): string =>
  `${epoch}:${xmin}:${xmax}:${xip.join(',')}`

export function parseHorizon(text: string): Horizon | undefined {
  const match = /^(\d{1,15}):(\d{1,16}):(\d{1,16}):((?:\d{1,16}(?:,\d{1,16})*)?)$/.exec(text)
  if (match === null) return undefined
  const [, epoch, xmin, xmax, xip] = match
  return {
    epoch: Number(epoch),
    xmin: Number(xmin),
    xmax: Number(xmax),
    xip: xip === undefined || xip === '' ? [] : xip.split(',').map(Number),
  }
}

/** `xmin:xmax:xip`, as Postgres prints a snapshot. */
export function horizonOfSnapshot(epoch: number, snapshot: string): Horizon {
  const horizon = parseHorizon(`${epoch}:${snapshot}`)
  if (horizon === undefined) throw new TypeError('not a Postgres snapshot')
  return horizon
}
