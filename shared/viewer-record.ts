import { userId, type UserId } from './ids.ts'

/** Whom a viewer follows, blocks and mutes, as of one version of `users.relations_version`. */
export interface ViewerRecord {
  readonly viewer: UserId
  readonly version: number
  /** Beyond the bounds: it says so, holds nothing else, and Postgres answers. */
  readonly large: boolean
  readonly follows: ReadonlySet<UserId>
  /** The newest follows of the last list life, with the transactions that made them. */
  readonly recentFollows: readonly RecentFollow[]
  /**
   * Follows up to this transaction are not itemised in `recentFollows` though they may be newer than a list:
   * a list whose horizon does not have it is absent. 0 when all are itemised.
   */
  readonly recentFollowsAbove: number
  readonly blocks: ReadonlySet<UserId>
  readonly mutes: ReadonlySet<UserId>
}

export interface RecentFollow {
  readonly followee: UserId
  readonly xid: number
}

interface Wire {
  v: number
  l?: 1
  f?: string
  r?: [string, number][]
  ra?: number
  b?: string[]
  m?: string[]
}

/** JSON; follows are packed as 8-byte big-endian integers in base64, the rest is inline. */
export function formatViewerRecord(record: ViewerRecord): string {
  const wire: Wire = record.large
    ? { v: record.version, l: 1 }
    : {
        v: record.version,
        f: packIds(record.follows),
        r: record.recentFollows.map(({ followee, xid }) => [followee, xid]),
        ra: record.recentFollowsAbove,
        b: [...record.blocks],
        m: [...record.mutes],
      }
  return JSON.stringify(wire)
}

/** The text is ours: garbage is a broken store, and the caller treats it as absent. */
export function parseViewerRecord(viewer: UserId, text: string): ViewerRecord {
  const wire = JSON.parse(text) as Wire
  if (!Number.isSafeInteger(wire.v)) throw new TypeError('a viewer record without a version')
  return {
    viewer,
    version: wire.v,
    large: wire.l === 1,
    follows: unpackIds(wire.f ?? ''),
    recentFollows: (wire.r ?? []).map(([followee, xid]) => ({ followee: userId(followee), xid })),
    recentFollowsAbove: wire.ra ?? 0,
    blocks: new Set((wire.b ?? []).map(userId)),
    mutes: new Set((wire.m ?? []).map(userId)),
  }
}

const ID_BYTES = 8

function packIds(ids: ReadonlySet<UserId>): string {
  const view = new DataView(new ArrayBuffer(ids.size * ID_BYTES))
  let at = 0
  for (const id of ids) {
    view.setBigUint64(at, BigInt(id))
    at += ID_BYTES
  }
  let text = ''
  for (let index = 0; index < view.byteLength; index += 1)
    text += String.fromCharCode(view.getUint8(index))
  return btoa(text)
}

function unpackIds(packed: string): Set<UserId> {
  const bytes = atob(packed)
  const view = new DataView(new ArrayBuffer(bytes.length))
  for (let index = 0; index < bytes.length; index += 1)
    view.setUint8(index, bytes.charCodeAt(index))
  const ids = new Set<UserId>()
  for (let at = 0; at + ID_BYTES <= view.byteLength; at += ID_BYTES) {
    ids.add(view.getBigUint64(at).toString() as UserId)
  }
  return ids
}
