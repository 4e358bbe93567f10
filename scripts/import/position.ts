import type pg from 'pg'
import type { Outcome } from './kind.ts'

/** How far a file was imported. It lies in Postgres and moves in the transaction of the rows. */
export interface Position {
  readonly line: number
  readonly taken: number
  readonly repeated: number
  readonly rejected: number
  readonly reportBytes: number
  readonly isFinished: boolean
}

interface Place {
  readonly kind: string
  readonly file: string
}

export async function findPosition(
  client: pg.ClientBase,
  { kind, file }: Place,
): Promise<Position> {
  await client.query('insert into imports (kind, file) values ($1, $2) on conflict do nothing', [
    kind,
    file,
  ])
  const { rows } = await client.query<Record<string, string> & { is_finished: boolean }>(
    `select line, taken, repeated, rejected, report_bytes, finished_at is not null as is_finished
     from imports where kind = $1 and file = $2`,
    [kind, file],
  )
  const [row] = rows
  if (row === undefined) throw new TypeError('a position that was just made is gone')
  return {
    line: Number(row['line']),
    taken: Number(row['taken']),
    repeated: Number(row['repeated']),
    rejected: Number(row['rejected']),
    reportBytes: Number(row['report_bytes']),
    isFinished: row.is_finished,
  }
}

/** To be called in the transaction that wrote the outcome. */
export async function movePosition(
  client: pg.ClientBase,
  { kind, file }: Place,
  { line, outcome, reportBytes }: { line: number; outcome: Outcome; reportBytes: number },
): Promise<void> {
  await client.query(
    `update imports set line = $3, taken = taken + $4, repeated = repeated + $5, rejected = rejected + $6,
       report_bytes = $7, settled_at = null where kind = $1 and file = $2`,
    [kind, file, line, outcome.taken, outcome.repeated, outcome.rejected.length, reportBytes],
  )
}

export async function finishFile(client: pg.ClientBase, { kind, file }: Place): Promise<void> {
  await client.query(
    'update imports set finished_at = clock_timestamp() where kind = $1 and file = $2',
    [kind, file],
  )
}

export async function forgetPosition(client: pg.ClientBase, { kind, file }: Place): Promise<void> {
  await client.query('delete from imports where kind = $1 and file = $2', [kind, file])
}

/** Did an import write rows, now or before it was killed, of which counts and lists know nothing yet? */
export async function isUnsettled(client: pg.ClientBase): Promise<boolean> {
  const { rowCount } = await client.query(
    'select from imports where settled_at is null and taken > 0 limit 1',
  )
  return rowCount === 1
}
