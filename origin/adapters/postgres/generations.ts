import type { Pool } from 'pg'
import type { Generation } from '../../../shared/list.ts'
import type { Generations } from '../../ports/generations.ts'
import { EPOCH } from './epoch.ts'
import { answered } from './failure.ts'
import { onlyRow } from './snapshot.ts'

/** The least lies among the settings, as the epoch does; without an import there is none. */
export const postgresGenerations = (pool: Pool): Generations => ({
  async next() {
    const { rows } = await answered(
      pool.query<{ generation: Generation }>(
        `select ${EPOCH} || '.' || nextval('generation_sequence') as generation`,
      ),
    )
    return onlyRow(rows).generation
  },
  async least() {
    const { rows } = await answered(
      pool.query<{ least: string }>(
        `select coalesce((select value::bigint from settings where key = 'generation.least'), 0) as least`,
      ),
    )
    return Number(onlyRow(rows).least)
  },
})
