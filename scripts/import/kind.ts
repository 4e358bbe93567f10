import type pg from 'pg'
import type { Columns, Row } from './rows.ts'

export interface Rejected {
  readonly line: number
  readonly reason: string
  /** How the row begins, for whoever looks for it. */
  readonly text: string
}

export interface Outcome {
  readonly taken: number
  /** Said what was there already. */
  readonly repeated: number
  readonly rejected: readonly Rejected[]
}

export interface WriteOptions {
  /** Make the users that rows name and nobody has heard of; else such rows are rejected. */
  readonly createUsers: boolean
  /** When this import began. Who is older may have been read, so readers hear of its new follows. */
  readonly startedAtMs: number
  /** In turn, for posts that bring no text. */
  readonly texts: readonly string[]
}

/** What a file can hold. A batch is written in the caller's transaction, and may be repeated whole. */
export interface Kind {
  readonly name: 'users' | 'follows' | 'posts'
  readonly columns: Columns
  write(client: pg.ClientBase, rows: readonly Row[], options: WriteOptions): Promise<Outcome>
}

/** Splits a batch into what was understood and what was not. */
export function understood<Meant>(
  rows: readonly Row[],
  understand: (row: Row) => Meant,
): { readonly meant: (Meant & { readonly row: Row })[]; readonly rejected: Rejected[] } {
  const meant: (Meant & { readonly row: Row })[] = []
  const rejected: Rejected[] = []
  for (const row of rows) {
    if (row.reason !== undefined) {
      rejected.push(reject(row, row.reason))
      continue
    }
    try {
      meant.push({ ...understand(row), row })
    } catch (error) {
      if (!(error instanceof RowRefused)) throw error
      rejected.push(reject(row, error.message))
    }
  }
  return { meant, rejected }
}

/** A row that cannot be taken as it is; the message is for the report. */
export class RowRefused extends Error {
  override readonly name = 'RowRefused'
}

export const reject = ({ line, text }: Row, reason: string): Rejected => ({ line, text, reason })
