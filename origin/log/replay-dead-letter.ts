import { AppError } from '../../shared/errors.ts'
import type { DeadLetter, DeadLetters } from '../ports/dead-letters.ts'
import { handleEvent, type EventHandler } from './handle-event.ts'

export interface ReplayDeps {
  readonly deadLetters: Pick<DeadLetters, 'find' | 'markReplayed'>
  /** By group. */
  readonly handlers: ReadonlyMap<string, EventHandler>
}

/**
 * Runs a buried event through its group's handler again. A letter is marked only after that, so one that
 * fails again still waits; repeating a replay does no harm, since handlers may be repeated.
 */
export async function replayDeadLetter(
  id: string,
  { deadLetters, handlers }: ReplayDeps,
): Promise<DeadLetter> {
  const letter = await deadLetters.find(id)
  const handle = letter === undefined ? undefined : handlers.get(letter.group)
  if (letter === undefined || handle === undefined) {
    throw new AppError('DEAD_LETTER_NOT_FOUND', `no dead letter ${id} of a group that runs here`)
  }
  await handleEvent(handle, letter.event)
  await deadLetters.markReplayed(id)
  return letter
}
