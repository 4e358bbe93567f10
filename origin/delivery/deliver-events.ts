import { AppError } from '../../shared/errors.ts'
import { Event, type LogEvent } from '../../shared/events/event.ts'
import type { UserId } from '../../shared/ids.ts'
import { EVENT_ATTEMPTS_MAX } from '../../shared/limits.ts'
import type { DeliveryException } from '../../shared/watermark.ts'
import { failureOf } from '../log/handle-event.ts'
import { applyEffects, type ApplyDeps } from './apply.ts'
import { effectsOf } from './effects.ts'
import type { Remainder } from './push-posts.ts'
import { giveUp, type GiveUpDeps } from './give-up.ts'

export interface DeliverEventsDeps {
  readonly session: ApplyDeps['session'] & GiveUpDeps['session']
  readonly truth: ApplyDeps['truth']
  /** Posts that may be left to jobs. */
  readonly rangedMax: number
  readonly inlineFollowersMax?: number
  readonly deadLetters: GiveUpDeps['deadLetters']
  /** Failures of events by id, kept while the consumer is opened again and again. */
  readonly attempts: Map<string, number>
  readonly onGivenUp: (event: LogEvent, error: unknown) => void
}

export interface Outcome {
  readonly exceptions: readonly DeliveryException[]
  readonly renamed: readonly UserId[]
  /** What is left to jobs. */
  readonly left: readonly Remainder[]
}

/**
 * All at once; when that fails and no store is to blame, one by one, which finds the poison. An event that
 * fails for an unknown reason is tried again with its partition, and given up after some lives.
 */
export async function deliverEvents(
  partition: number,
  events: readonly LogEvent[],
  deps: DeliverEventsDeps,
): Promise<Outcome> {
  const exceptions: DeliveryException[] = []
  const left: Remainder[] = []
  const bury = async (logEvent: LogEvent, error: unknown, event: Event | undefined) => {
    const attempts = deps.attempts.get(logEvent.id) ?? 1
    const exception = await giveUp({ partition, event: logEvent, attempts }, error, event, deps)
    deps.onGivenUp(logEvent, error)
    if (exception !== undefined) exceptions.push(exception)
  }

  const valid: LogEvent[] = []
  for (const logEvent of events) {
    const parsed = Event.safeParse(logEvent.event)
    if (parsed.success) valid.push({ ...logEvent, event: parsed.data })
    else {
      const error = new AppError('EVENT_MALFORMED', `event ${logEvent.id}`, { cause: parsed.error })
      await bury(logEvent, error, undefined)
    }
  }
  try {
    left.push(...(await applyEffects(effectsOf(valid), deps)))
    for (const { id } of valid) deps.attempts.delete(id)
  } catch (error) {
    if (failureOf(error) === 'outage') throw error
    for (const event of valid) {
      const rangedMax = deps.rangedMax - left.flatMap(({ posts }) => posts).length
      left.push(...(await deliverOne(event, { ...deps, rangedMax }, bury)))
    }
  }
  return { exceptions, renamed: renamedBy(valid), left }
}

/** Authors whose brief inside their posts is another now. A new user has none yet. */
const renamedBy = (events: readonly LogEvent[]): UserId[] => [
  ...new Set(
    events.flatMap(({ event }) =>
      event.type === 'user.changed' && event.version > 1 ? [event.user] : [],
    ),
  ),
]

async function deliverOne(
  event: LogEvent,
  deps: DeliverEventsDeps,
  bury: (logEvent: LogEvent, error: unknown, event: Event | undefined) => Promise<void>,
): Promise<readonly Remainder[]> {
  let left: readonly Remainder[] = []
  try {
    left = await applyEffects(effectsOf([event]), deps)
  } catch (error) {
    const failure = failureOf(error)
    if (failure === 'outage') throw error
    const attempts = (deps.attempts.get(event.id) ?? 0) + 1
    deps.attempts.set(event.id, attempts)
    if (failure === 'unknown' && attempts < EVENT_ATTEMPTS_MAX) throw error
    await bury(event, error, event.event)
  }
  deps.attempts.delete(event.id)
  return left
}
