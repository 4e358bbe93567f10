import { createMiddleware } from 'hono/factory'
import { AppError } from '../../shared/errors.ts'
import { REQUESTS_IN_FLIGHT_MAX } from '../../shared/limits.ts'
import type { OriginEnv } from './context.ts'

/**
 * So many requests at once, and no more: what is taken on is then answered in time, whatever comes. The
 * others are told at once to come back, before anything was spent on who they are. Nobody waits here, since
 * behind it are queues already, each with a bound of its own.
 */
export function shedLoad(inFlightMax: number = REQUESTS_IN_FLIGHT_MAX) {
  let inFlight = 0
  return createMiddleware<OriginEnv>(async (_c, next) => {
    if (inFlight >= inFlightMax) {
      throw new AppError('OVERLOADED', `${inFlight} requests are in flight`)
    }
    inFlight += 1
    try {
      await next()
    } finally {
      inFlight -= 1
    }
  })
}
