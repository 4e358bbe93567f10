import type { Generation } from '../../../shared/list.ts'
import type { Generations } from '../../ports/generations.ts'
import type { MemoryDatabase } from './database.ts'

export const memoryGenerations = (database: MemoryDatabase): Generations => ({
  async next() {
    database.sequences.generation += 1
    return `${database.epoch}.${database.sequences.generation}` as Generation
  },
  least: async () => Number(database.settings.get('generation.least')?.value ?? 0),
})
