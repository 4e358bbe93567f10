import type { Pool } from 'pg'
import type { UserId } from '../../../shared/ids.ts'
import type { Relations } from '../../ports/relations.ts'
import { answered } from './failure.ts'

interface Row {
  readonly id: UserId
  readonly follows: boolean
  readonly blocks: boolean
  readonly mutes: boolean
}

/** Three look-ups by primary key for each of a page's authors. */
const AMONG = `
  select other.id::text as id,
    exists (select from follows where follower_id = $1 and followee_id = other.id) as follows,
    exists (select from blocks where blocker_id = $1 and blocked_id = other.id) as blocks,
    exists (select from mutes where muter_id = $1 and muted_id = other.id) as mutes
  from unnest($2::bigint[]) as other (id)`

export const postgresRelations = (pool: Pool): Relations => ({
  async among(viewer, others) {
    const { rows } =
      others.length === 0
        ? { rows: [] }
        : await answered(
            pool.query<Row>({ name: 'relations-among', text: AMONG, values: [viewer, others] }),
          )
    const those = (holds: (row: Row) => boolean) => new Set(rows.filter(holds).map(({ id }) => id))
    return {
      follows: those(({ follows }) => follows),
      blocks: those(({ blocks }) => blocks),
      mutes: those(({ mutes }) => mutes),
    }
  },
})
