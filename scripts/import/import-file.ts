import path from 'node:path'
import type pg from 'pg'
import type { Kind, Outcome, WriteOptions } from './kind.ts'
import { BATCH_ROWS_MAX } from './limits.ts'
import { findPosition, finishFile, movePosition, type Position } from './position.ts'
import { openReport } from './report.ts'
import { rowsOf, type Declared, type Row } from './rows.ts'
import type { Source } from './source.ts'

export interface FileToImport {
  readonly kind: Kind
  readonly source: Source
  readonly declared: Declared
}

export interface ImportFileDeps {
  readonly client: pg.ClientBase
  readonly reportFolder: string
  readonly options: WriteOptions
  readonly onProgress: (file: FileToImport, line: number) => void
}

export interface Imported extends Position {
  readonly reportPath: string
  /** It was imported before, whole. */
  readonly wasFinished: boolean
}

const CONFLICT = new Set(['40001', '40P01'])
const ATTEMPTS_MAX = 5

/** One file, batch by batch, from where an earlier import of the same bytes came to. */
export async function importFile(file: FileToImport, deps: ImportFileDeps): Promise<Imported> {
  const { kind, source, declared } = file
  const { client, options } = deps
  const place = { kind: kind.name, file: source.hash }
  const position = await findPosition(client, place)
  const reportPath = path.join(
    deps.reportFolder,
    `${kind.name}-${source.hash.slice(0, 12)}.rejected.tsv`,
  )
  if (position.isFinished) return { ...position, reportPath, wasFinished: true }
  await using report = await openReport(reportPath, position.reportBytes)

  async function write(rows: readonly Row[]): Promise<void> {
    const line = rows.at(-1)?.endLine ?? position.line
    const outcome = await begun(client, () => kind.write(client, rows, options))
    // The report before the position: what is reported beyond it is cut off, what is not would be lost.
    const reportBytes = await report.append(outcome.rejected.toSorted((a, b) => a.line - b.line))
    await movePosition(client, place, { line, outcome, reportBytes })
    await client.query('commit')
    deps.onProgress(file, line)
  }

  let batch: Row[] = []
  for await (const row of rowsOf(source, {
    columns: kind.columns,
    declared,
    after: position.line,
  })) {
    batch.push(row)
    if (batch.length < BATCH_ROWS_MAX) continue
    await write(batch)
    batch = []
  }
  if (batch.length > 0) await write(batch)
  await finishFile(client, place)
  return { ...(await findPosition(client, place)), reportPath, wasFinished: false }
}

/** Begins a transaction and writes; again when it met another writer and was told to give way. */
async function begun(client: pg.ClientBase, write: () => Promise<Outcome>): Promise<Outcome> {
  for (let attempt = 1; ; attempt += 1) {
    await client.query('begin isolation level read committed')
    try {
      return await write()
    } catch (error) {
      const { code = '' } = error as { code?: string }
      if (!CONFLICT.has(code) || attempt === ATTEMPTS_MAX) throw error
      await client.query('rollback')
    }
  }
}
