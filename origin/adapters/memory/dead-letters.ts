import type { DeadLetters } from '../../ports/dead-letters.ts'
import type { MemoryDatabase } from './database.ts'

export function memoryDeadLetters({ clock, deadLetters, sequences }: MemoryDatabase): DeadLetters {
  return {
    async bury({ group, partition, event, error, attempts }) {
      const isWaiting = [...deadLetters.values()].some(
        (letter) =>
          letter.group === group &&
          letter.event.id === event.id &&
          letter.replayedAtMs === undefined,
      )
      if (isWaiting) return
      sequences.letter += 1
      const id = String(sequences.letter)
      deadLetters.set(id, {
        id,
        group,
        partition,
        event,
        error,
        attempts,
        createdAtMs: clock.floorMs(),
        replayedAtMs: undefined,
      })
    },
    list: async ({ group, after = '0', limit }) =>
      [...deadLetters.values()]
        .filter(
          (letter) =>
            letter.replayedAtMs === undefined &&
            Number(letter.id) > Number(after) &&
            (group === undefined || letter.group === group),
        )
        .slice(0, limit),
    find: async (id) => deadLetters.get(id),
    async markReplayed(id) {
      const letter = deadLetters.get(id)
      if (letter === undefined || letter.replayedAtMs !== undefined) return
      deadLetters.set(id, { ...letter, replayedAtMs: clock.floorMs() })
    },
  }
}
