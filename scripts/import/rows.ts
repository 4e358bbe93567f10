import { linesOf } from './lines.ts'
import { ROW_BYTES_MAX } from './limits.ts'
import { recordsOf, type FileRecord, type Value } from './records.ts'
import type { Source } from './source.ts'

/** The columns of a kind of file: each name, and whether a row is nothing without it. */
export type Columns = Readonly<Record<string, 'required' | 'optional'>>

/** A row by our names for its columns, or why it cannot be one. */
export interface Row {
  readonly line: number
  readonly endLine: number
  readonly text: string
  readonly fields: Readonly<Record<string, Value>>
  readonly reason?: string
}

/**
 * How the columns of a file are found. Without words the first line names them as we do; `ours=theirs`
 * translates names; a plain list says what stands where in a file without a first line of names, with
 * `-` for what is of no use.
 */
export type Declared =
  | { readonly kind: 'names'; readonly theirs: ReadonlyMap<string, string> }
  | { readonly kind: 'places'; readonly names: readonly string[] }

export function declaredColumns(words: string | undefined, columns: Columns): Declared {
  const items =
    words === undefined || words === '' ? [] : words.split(',').map((each) => each.trim())
  const isPlaces = items.length > 0 && items.every((item) => !item.includes('='))
  const named = items.map((item): [string, string] => {
    const [ours = '', ...theirs] = item.split('=')
    return [ours, theirs.join('=')]
  })
  const unknown = named.map(([ours]) => ours).filter((ours) => ours !== '-' && !(ours in columns))
  if (unknown.length > 0) {
    throw new Error(
      `There is no column ${unknown.join(', ')}; there are ${Object.keys(columns).join(', ')}.`,
    )
  }
  if (isPlaces) return { kind: 'places', names: items }
  if (named.some(([, theirs]) => theirs === '')) {
    throw new Error(`"${words}" mixes places and names: write a,b,c or ours=theirs,ours=theirs.`)
  }
  return { kind: 'names', theirs: new Map(named) }
}

/** Rows after a line, in order. Throws where the file's columns cannot be what was declared. */
export async function* rowsOf(
  source: Source,
  { columns, declared, after }: { columns: Columns; declared: Declared; after: number },
): AsyncGenerator<Row> {
  const bounds = { bytesMax: ROW_BYTES_MAX }
  const names = await columnNames(source, columns, declared)
  const first = source.format === 'jsonl' || declared.kind === 'places' ? 0 : 1
  const lines = linesOf(source.bytes(), { ...bounds, after: Math.max(after, first) })
  for await (const record of recordsOf(lines, source.format, bounds)) yield rowOf(record, names)
}

/** Our name by place, or by their name in JSONL. */
type Names =
  | { readonly places: readonly (string | undefined)[]; readonly required: readonly string[] }
  | { readonly theirs: ReadonlyMap<string, string>; readonly required: readonly string[] }

async function columnNames(source: Source, columns: Columns, declared: Declared): Promise<Names> {
  const ours = Object.keys(columns)
  const required = ours.filter((name) => columns[name] === 'required')
  if (declared.kind === 'places') {
    if (source.format === 'jsonl') {
      throw new Error(`${source.path}: JSONL names its columns itself; write ours=theirs.`)
    }
    refuseLacking(source, required, declared.names, declared.names)
    return { places: declared.names.map((name) => (name === '-' ? undefined : name)), required }
  }
  const theirName = (name: string) => declared.theirs.get(name) ?? name
  if (source.format === 'jsonl') {
    return { theirs: new Map(ours.map((name) => [name, theirName(name)])), required }
  }
  const header = await firstRecord(source)
  const ourNames = new Map(ours.map((name) => [theirName(name), name]))
  const places = header.map((name) => ourNames.get(name))
  refuseLacking(source, required, places, header)
  return { places, required }
}

function refuseLacking(
  { path }: Source,
  required: readonly string[],
  found: readonly (string | undefined)[],
  shown: readonly string[],
): void {
  const lacking = required.filter((name) => !found.includes(name))
  if (lacking.length === 0) return
  throw new Error(
    `${path}: there is no column ${lacking.join(', ')} among ${shown.join(', ').slice(0, 200)}. ` +
      'Its first line must name the columns, or they must be declared.',
  )
}

/** A first line may begin with # and explain a name in brackets, as data sets do. */
async function firstRecord(source: Source): Promise<readonly string[]> {
  const bounds = { bytesMax: ROW_BYTES_MAX }
  for await (const record of recordsOf(linesOf(source.bytes(), bounds), source.format, bounds)) {
    const values = Array.isArray(record.values) ? (record.values as readonly string[]) : []
    return values.map((name) =>
      name
        .replace(/^\uFEFF?#?/, '')
        .replace(/\(.*$/s, '')
        .trim(),
    )
  }
  return []
}

function rowOf(record: FileRecord, names: Names): Row {
  const { line, endLine, text, values } = record
  const refused = (reason: string): Row => ({ line, endLine, text, fields: {}, reason })
  if (values === undefined) return refused(record.reason ?? 'not a row')

  const fields: Record<string, Value> = {}
  if ('places' in names) {
    const found = values as readonly string[]
    if (found.length !== names.places.length) {
      return refused(`${found.length} columns instead of ${names.places.length}`)
    }
    for (const [at, name] of names.places.entries()) {
      const value = found[at]
      if (name !== undefined && value !== undefined && value !== '') fields[name] = value
    }
  } else {
    const found = values as Readonly<Record<string, Value>>
    for (const [ours, theirs] of names.theirs) {
      const value = found[theirs]
      if (value !== undefined && value !== '') fields[ours] = value
    }
  }
  const lacking = names.required.filter((name) => fields[name] === undefined)
  if (lacking.length > 0) return refused(`without ${lacking.join(', ')}`)
  return { line, endLine, text, fields }
}
