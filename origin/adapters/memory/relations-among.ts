import type { Relations } from '../../ports/relations.ts'
import type { MemoryDatabase } from './database.ts'

export const memoryRelations = ({ tables }: MemoryDatabase): Relations => ({
  async among(viewer, others) {
    const those = (relation: 'follow' | 'block' | 'mute') =>
      new Set(others.filter((other) => tables[relation].has(`${viewer}:${other}`)))
    return { follows: those('follow'), blocks: those('block'), mutes: those('mute') }
  },
})
