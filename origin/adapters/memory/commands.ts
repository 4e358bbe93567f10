import type { Command, Reply } from '../../../shared/feed/wave.ts'
import { postId, userId } from '../../../shared/ids.ts'
import { invalidationFields } from '../../../shared/invalidation.ts'
import { COUNTS_KEPT_MS, COUNTS_LIFE_MS } from '../../../shared/limits.ts'
import { keys, LOG_PARTITIONS, type Bucket, type ListKey } from '../../../shared/keys.ts'
import { formatMarker } from '../../../shared/list.ts'
import { formatViewerRecord } from '../../../shared/viewer-record.ts'
import { formatExceptions, formatMark, watermarkFields } from '../../../shared/watermark.ts'
import { livingList, type MemoryRedis, type MemoryWatermark } from './node.ts'

/** Answers the reads that pages make, in the words in which Redis stores them. */
export function runCommand(node: MemoryRedis, [name, key, ...args]: Command): Reply {
  const region = REGION_READS[`${name} ${key}`]
  if (region !== undefined) return region(node, args)
  const match = /^\{([0-9a-f]{2})\}:([a-z]+)(?::(\d+))?(?::(.+))?$/.exec(key)
  if (match === null) return new Error(`ERR a key of nobody: ${key}`)
  const [, bucket = '', kind = '', id = '', rest = ''] = match
  switch (`${name} ${kind}`) {
    case 'HMGET wm':
      return fieldsOf(node.watermarks.get(Number.parseInt(bucket, 16) as Bucket), args)
    case 'LRANGE t':
    case 'LRANGE a':
      return elementsOf(node, key as ListKey)
    case 'HMGET p': {
      const post = node.posts.get(postId(id))
      if (post === undefined || post.isAbsent === true) return args.map(() => null)
      const values = [post.author, String(post.version), String(post.authorVersion), post.json]
      return args.map((field) => values[['a', 'v', 'u', 'j'].indexOf(field)] ?? null)
    }
    case 'HMGET u': {
      const user = node.users.get(userId(id))
      return user === undefined ? [null, null] : [String(user.version), user.json]
    }
    case 'PTTL c': {
      const counts = node.counts.get(userId(id))
      if (counts === undefined) return -2
      return counts.expiresAtMs - node.now() + COUNTS_KEPT_MS - COUNTS_LIFE_MS
    }
    case 'HGET c':
      return node.counts.get(userId(id))?.json ?? null
    case 'GET v': {
      const record = node.viewers.get(userId(id))
      return record === undefined ? null : formatViewerRecord(record)
    }
    case 'GET s':
      return node.sessions.get(userId(id))?.find(({ session }) => session === rest)?.text ?? null
    default:
      return new Error(`ERR unknown command ${name} ${key}`)
  }
}

const REGION_READS: Readonly<
  Record<string, (node: MemoryRedis, args: readonly string[]) => Reply>
> = {
  [`GET ${keys.lease}`]: (node) => {
    const lease = node.region.get('state')?.lease
    return lease === undefined || lease.expiresAtMs <= node.now() ? null : lease.text
  },
  [`XRANGE ${keys.invalidationLog}`]: (node, [from = '', , , count]) => {
    const first = Number.parseInt(from, 10)
    const log = node.region.get('state')?.log ?? []
    const found = log.filter(({ number }) => number >= first).slice(0, Number(count))
    return found.map(({ number, tag, version, xid }) => [
      `${number}-0`,
      [
        invalidationFields.tag,
        tag,
        invalidationFields.version,
        String(version),
        invalidationFields.xid,
        String(xid),
      ],
    ])
  },
  [`GET ${keys.pulledSetHorizon}`]: (node) => node.region.get('state')?.pulledAt ?? null,
  [`MGET ${keys.pulledSetHorizon}`]: (node) => {
    const state = node.region.get('state')
    return [state?.pulledAt ?? null, state?.pulled ?? null]
  },
}

const FIELD_PARTITIONS: ReadonlyMap<
  string,
  { readonly partition: number; readonly kind: 'mark' | 'exceptions' }
> = new Map<string, { readonly partition: number; readonly kind: 'mark' | 'exceptions' }>(
  Array.from({ length: LOG_PARTITIONS }, (_, partition) => partition).flatMap((partition) => [
    [watermarkFields.mark(partition), { partition, kind: 'mark' }] as const,
    [watermarkFields.exceptions(partition), { partition, kind: 'exceptions' }] as const,
  ]),
)

function fieldsOf(watermark: MemoryWatermark | undefined, fields: readonly string[]): Reply {
  return fields.map((field) => {
    if (watermark === undefined) return null
    if (field === watermarkFields.generation) return watermark.generation
    const known = FIELD_PARTITIONS.get(field)
    if (known === undefined) return null
    if (known.kind === 'mark') {
      const mark = watermark.marks.get(known.partition)
      return mark === undefined ? null : formatMark(mark)
    }
    const exceptions = watermark.exceptions.get(known.partition)
    return exceptions === undefined ? null : formatExceptions(exceptions)
  })
}

function elementsOf(node: MemoryRedis, list: ListKey): string[] {
  const found = livingList(node, list)
  if (found === undefined) return []
  if (found.state === 'warming') return [...found.pushed, `W${found.warmer}`]
  const { ids, floor, horizon } = found.posts
  return [...ids, formatMarker({ floor, generation: found.generation, horizon })]
}
