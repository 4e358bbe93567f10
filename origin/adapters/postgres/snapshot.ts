import { horizonOfSnapshot, type Horizon } from '../../../shared/horizon.ts'
import { EPOCH } from './epoch.ts'

/** Columns that say what a statement saw; they are of its own snapshot. */
export const SNAPSHOT = `pg_current_snapshot()::text as snapshot, ${EPOCH} as epoch`

export interface SnapshotColumns {
  readonly snapshot: string
  readonly epoch: number
}

export const horizonOf = ({ epoch, snapshot }: SnapshotColumns): Horizon =>
  horizonOfSnapshot(epoch, snapshot)

/** The row of a statement that always has one. */
export function onlyRow<Row>(rows: readonly Row[]): Row {
  const [row] = rows
  if (row === undefined) throw new TypeError('a statement without its row')
  return row
}
