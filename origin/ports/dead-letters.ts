import type { LogEvent } from '../../shared/events/event.ts'

/** An event that a group gave up on, and why. */
export interface DeadLetter {
  readonly id: string
  readonly group: string
  readonly partition: number
  readonly event: LogEvent
  /** Words for operators. */
  readonly error: string
  readonly attempts: number
  readonly createdAtMs: number
  readonly replayedAtMs: number | undefined
}

export type Burial = Pick<DeadLetter, 'group' | 'partition' | 'event' | 'error' | 'attempts'>

/**
 * Where poison goes so that a log can go on.
 *
 * Promises: burying the same event of a group again, as a redelivery does, keeps one that waits;
 * a letter is kept after its replay.
 */
export interface DeadLetters {
  bury(burial: Burial): Promise<void>
  /** Those that wait, oldest first; with ids above `after`. */
  list(query: {
    readonly group?: string | undefined
    readonly after?: string | undefined
    readonly limit: number
  }): Promise<readonly DeadLetter[]>
  find(id: string): Promise<DeadLetter | undefined>
  markReplayed(id: string): Promise<void>
}
