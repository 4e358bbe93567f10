import { declaredColumns, rowsOf, type Columns } from '../import/rows.ts'
import { textOf } from '../import/fields.ts'
import { inspect } from '../import/source.ts'
import type { TraceEvent } from './schedule.ts'

const TRACE_COLUMNS: Columns = { t: 'required', actor: 'required' }

/** Who acted when, in seconds since 1970. */
export async function readTrace(path: string, words?: string): Promise<readonly TraceEvent[]> {
  const source = await inspect(path)
  const declared = declaredColumns(words, TRACE_COLUMNS)
  const events: TraceEvent[] = []
  for await (const row of rowsOf(source, { columns: TRACE_COLUMNS, declared, after: 0 })) {
    const [atSeconds, actor] = [Number(textOf(row, 't')), textOf(row, 'actor')]
    if (row.reason !== undefined || actor === undefined || !Number.isFinite(atSeconds)) {
      throw new Error(`${path}, line ${row.line}: ${row.reason ?? 'no time'}.`)
    }
    events.push({ atSeconds, actor })
  }
  return events.toSorted((a, b) => a.atSeconds - b.atSeconds)
}
