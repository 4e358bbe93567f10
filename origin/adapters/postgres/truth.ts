import type { Pool } from 'pg'
import type { Truth } from '../../ports/truth.ts'
import { truthFragments } from './truth-fragments.ts'
import { truthRelations } from './truth-relations.ts'
import { truthTimelines } from './truth-timelines.ts'

/** `pool` reaches the primary: a list that a replica warmed could lack what was pushed before it existed. */
export const postgresTruth = (pool: Pool): Truth => ({
  ...truthTimelines(pool),
  ...truthFragments(pool),
  ...truthRelations(pool),
})
