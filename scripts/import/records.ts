import { fieldsOfCsv } from './csv.ts'
import type { Line } from './lines.ts'
import type { Format } from './source.ts'

export type Value = string | readonly string[]

/** One row of a file, not yet understood. It may span lines where quotes do. */
export interface FileRecord {
  readonly line: number
  readonly endLine: number
  readonly text: string
  /** By place in TSV and CSV, by name in JSONL. */
  readonly values?: readonly string[] | Readonly<Record<string, Value>>
  /** Why it cannot be read. */
  readonly reason?: string
}

/** Blank lines say nothing. */
export async function* recordsOf(
  lines: AsyncIterable<Line>,
  format: Format,
  { bytesMax }: { readonly bytesMax: number },
): AsyncGenerator<FileRecord> {
  if (format === 'csv') yield* csvRecords(lines, bytesMax)
  else {
    for await (const line of lines) {
      if (line.text.trim() !== '' || line.reason !== undefined) {
        yield recordOf(line, format === 'tsv' ? fieldsOfTsv : fieldsOfJson)
      }
    }
  }
}

type Read = Pick<FileRecord, 'values' | 'reason'>

function recordOf({ number, text, reason }: Line, read: (text: string) => Read): FileRecord {
  const place = { line: number, endLine: number, text }
  return reason === undefined ? { ...place, ...read(text) } : { ...place, reason }
}

const fieldsOfTsv = (text: string): Read => ({ values: text.split('\t') })

/**
 * A quoted field may hold line ends. One that never closes would swallow the rest of the file: then the
 * line that opened it is given up, and reading goes on with the next one.
 */
async function* csvRecords(
  lines: AsyncIterable<Line>,
  bytesMax: number,
): AsyncGenerator<FileRecord> {
  let held: Line[] = []
  function* drain(isEnd: boolean): Generator<FileRecord> {
    while (held.length > 0) {
      const [first] = held
      if (first === undefined) return
      const found = closing(held, bytesMax)
      if (found === 'open' && !isEnd) return
      if (typeof found === 'string') {
        held = held.slice(1)
        const reason = first.reason ?? 'a quote that does not close'
        yield { line: first.number, endLine: first.number, text: first.text, reason }
      } else {
        const taken = held.slice(0, found.lines)
        held = held.slice(found.lines)
        const text = taken.map((line) => line.text).join('\n')
        if (text.trim() === '') continue
        const endLine = taken.at(-1)?.number ?? first.number
        yield { line: first.number, endLine, text, values: found.fields }
      }
    }
  }
  for await (const line of lines) {
    held.push(line)
    yield* drain(false)
  }
  yield* drain(true)
}

/** How many of the lines make the first record. */
function closing(
  held: readonly Line[],
  bytesMax: number,
): { readonly lines: number; readonly fields: readonly string[] } | 'open' | 'broken' {
  let text = ''
  for (const [at, line] of held.entries()) {
    if (line.reason !== undefined) return 'broken'
    text = at === 0 ? line.text : `${text}\n${line.text}`
    if (text.length > bytesMax) return 'broken'
    // Only a line with a quote can change whether one is open.
    if (at > 0 && at < held.length - 1 && !line.text.includes('"')) continue
    const fields = fieldsOfCsv(text)
    if (fields !== undefined) return { lines: at + 1, fields }
  }
  return 'open'
}

/** A number stays as it was written: a double would round an id of 19 digits. */
const exact = (_: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === 'number' ? (context?.source ?? String(value)) : value

function fieldsOfJson(text: string): Read {
  let parsed: unknown
  try {
    parsed = JSON.parse(text, exact)
  } catch (error) {
    return { reason: `not JSON: ${(error as Error).message}` }
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return { reason: 'not a JSON object' }
  }
  const values: Record<string, Value> = {}
  for (const [name, value] of Object.entries(parsed)) {
    if (typeof value === 'string') values[name] = value
    else if (typeof value === 'boolean') values[name] = String(value)
    else if (Array.isArray(value) && value.every((each) => typeof each === 'string')) {
      values[name] = value
    }
    // Null, objects: whoever needs the field says that it is missing.
  }
  return { values }
}
