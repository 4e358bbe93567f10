import type { z } from 'zod'
import { EXTERNAL_ID_CHARACTERS_MAX } from '../../shared/limits.ts'
import { ID_EPOCH_MS } from '../../shared/ids.ts'
import { RowRefused } from './kind.ts'
import { FUTURE_MS_MAX } from './limits.ts'
import type { Row } from './rows.ts'

/** 41 bits of milliseconds end in 2069. */
const ID_LAST_MS = ID_EPOCH_MS + 2 ** 41 - 1
/** Seconds until the year 5138; as milliseconds they would be of 1973. */
const SECONDS_MAX = 100_000_000_000

export function textOf({ fields }: Row, name: string): string | undefined {
  const value = fields[name]
  return typeof value === 'object' ? value.join(';') : value
}

/** An id of the product that the file comes from. We keep it as text, so it may be of any size. */
export function externalId(row: Row, name: string): string {
  const value = (textOf(row, name) ?? '').trim()
  if (value === '') throw new RowRefused(`without ${name}`)
  if (value.length > EXTERNAL_ID_CHARACTERS_MAX) throw new RowRefused(`${name} is too long`)
  if (value.includes('\u0000')) throw new RowRefused(`${name} holds a NUL`)
  if (!value.isWellFormed()) throw new RowRefused(`${name} is not valid text`)
  return value
}

/** Of what zod found, the first: one reason a row is enough to mend it. */
export function checked<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new RowRefused(`${issue?.path.join('.') || 'row'}: ${issue?.message ?? 'not valid'}`)
}

/** RFC 3339, or the seconds or milliseconds since 1970. */
export function moment(row: Row, name: string, nowMs: number): Date | undefined {
  const text = textOf(row, name)?.trim()
  if (text === undefined || text === '') return undefined
  const ms = /^-?\d+(\.\d+)?$/.test(text) ? ofNumber(Number(text)) : ofText(text)
  if (Number.isNaN(ms)) throw new RowRefused(`${name} is no date: ${text.slice(0, 40)}`)
  if (ms > nowMs + FUTURE_MS_MAX) throw new RowRefused(`${name} lies in the future`)
  if (ms < ID_EPOCH_MS || ms > ID_LAST_MS) throw new RowRefused(`${name} is before the year 2000`)
  return new Date(Math.trunc(ms))
}

const ofNumber = (value: number): number => (Math.abs(value) < SECONDS_MAX ? value * 1000 : value)

/** A date without a zone would be another moment on another machine. */
const ofText = (text: string): number =>
  /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2}))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN

export function flag(row: Row, name: string): boolean {
  const text = textOf(row, name)?.toLowerCase()
  if (text === undefined || /^(false|0|no)$/.test(text)) return false
  if (/^(true|1|yes)$/.test(text)) return true
  throw new RowRefused(`${name} is neither true nor false`)
}
