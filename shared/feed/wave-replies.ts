import type { UserId } from '../ids.ts'
import { LOG_PARTITIONS, type Bucket } from '../keys.ts'
import { parseViewerRecord, type ViewerRecord } from '../viewer-record.ts'
import { parseWatermark, watermarkFields, type Watermark } from '../watermark.ts'
import type { Reply } from './wave.ts'

/** In the order in which they are asked for and read. */
export const WATERMARK_FIELDS = [
  watermarkFields.generation,
  ...Array.from({ length: LOG_PARTITIONS }, (_, partition) => watermarkFields.mark(partition)),
  ...Array.from({ length: LOG_PARTITIONS }, (_, partition) =>
    watermarkFields.exceptions(partition),
  ),
]

export const textOf = (reply: Reply): string | undefined =>
  typeof reply === 'string' ? reply : undefined

export const valuesOf = (reply: Reply): (string | null)[] =>
  Array.isArray(reply) ? reply.map((value) => (typeof value === 'string' ? value : null)) : []

/** A list's elements are texts, and a page has hundreds: they are looked at, and not copied. */
export function textsOf(reply: Reply): readonly string[] {
  if (!Array.isArray(reply)) return []
  const elements = reply as readonly Reply[]
  const isText = (element: Reply): element is string => typeof element === 'string'
  return elements.every(isText) ? elements : elements.filter(isText)
}

/** Of a list that somebody may believe: one that is being warmed is as good as absent. */
export function elementsOf(reply: Reply): readonly string[] | undefined {
  const elements = textsOf(reply)
  const isList = elements.length > 0 && elements.every((element) => ELEMENT.test(element))
  return isList ? elements : undefined
}

const ELEMENT = /^(\d{1,19}|F\d.*)$/

/**
 * A bucket's watermark moves a few times a second, and is read with each page: one that stands as it stood
 * is not parsed again.
 */
export function watermarkOf(bucket: Bucket, reply: Reply): Watermark | undefined {
  if (!Array.isArray(reply)) return undefined
  const values = reply as readonly Reply[]
  const before = lastRead[bucket]
  if (before !== undefined && isSame(before.values, values)) return before.watermark
  const watermark = parsedWatermark(valuesOf(values))
  lastRead[bucket] = { values, watermark }
  return watermark
}

const lastRead: { readonly values: readonly Reply[]; readonly watermark: Watermark | undefined }[] =
  []

const isSame = (some: readonly Reply[], others: readonly Reply[]): boolean =>
  some.length === others.length && some.every((value, at) => value === others[at])

function parsedWatermark(values: readonly (string | null)[]): Watermark | undefined {
  const fields: Record<string, string> = {}
  for (const [at, field] of WATERMARK_FIELDS.entries()) {
    const value = values[at]
    if (value != null) fields[field] = value
  }
  return orAbsent(() => parseWatermark(fields))
}

export function recordOf(viewer: UserId, reply: Reply): ViewerRecord | undefined {
  const text = textOf(reply)
  return text === undefined ? undefined : orAbsent(() => parseViewerRecord(viewer, text))
}

/** A broken store may hold anything; what does not parse is absent, and the truth is asked. */
function orAbsent<Value>(parse: () => Value): Value | undefined {
  try {
    return parse()
  } catch {
    return undefined
  }
}
