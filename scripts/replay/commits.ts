import type pg from 'pg'
import { idTimeMs, type PostId } from '../../shared/ids.ts'

/** Which posts were committed since the replay began, and by which transactions: from the outbox itself. */
export interface Commits {
  /** Everything that was committed before the call is known when it resolves. */
  upToNow(): Promise<void>
  xidOf(post: PostId): number | undefined
  /** As far as was asked. Posts from before the replay were. */
  has(post: PostId): boolean
  deliveryOf(post: PostId): 'push' | 'pull' | undefined
  /** Events of others: changes that a replay does not make, and its judge does not know of. */
  foreign(): number
}

interface Row {
  readonly xmin: string
  readonly xid: string | null
  readonly type: string
  readonly post: PostId
  readonly delivery: 'push' | 'pull'
}

/** In one statement, so that the rows are those of the snapshot that the next call begins at. */
const READ = `
  select pg_snapshot_xmin(pg_current_snapshot())::text as xmin, o.xid::text as xid,
    o.event->>'type' as type, o.event->>'post' as post, o.event->>'delivery' as delivery
  from (select) one left join outbox o on o.xid >= $1::text::xid8`

export async function commits(pool: pg.Pool): Promise<Commits> {
  const { rows: started } = await pool.query<{ xmin: string; now: string }>(
    `select pg_snapshot_xmin(pg_current_snapshot())::text as xmin,
       floor(extract(epoch from clock_timestamp()) * 1000) as now`,
  )
  let xmin = started[0]?.xmin ?? '0'
  const startedAtMs = Number(started[0]?.now)
  const posts = new Map<PostId, { readonly xid: number; readonly delivery: 'push' | 'pull' }>()
  const others = new Set<string>()

  async function read(): Promise<void> {
    const { rows } = await pool.query<Row>({ name: 'commits', text: READ, values: [xmin] })
    for (const { xid, type, post, delivery } of rows) {
      if (xid === null) continue
      if (type === 'post.created') posts.set(post, { xid: Number(xid), delivery })
      else others.add(`${xid} ${type}`)
    }
    xmin = rows[0]?.xmin ?? xmin
  }

  let running: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined
  return {
    // One statement at a time: who asks while it runs shares the next one.
    upToNow() {
      next ??= running
        .catch(() => undefined)
        .then(() => {
          next = undefined
          running = read()
          return running
        })
      return next
    },
    xidOf: (post) => posts.get(post)?.xid,
    has: (post) => posts.has(post) || idTimeMs(post) < startedAtMs,
    deliveryOf: (post) => posts.get(post)?.delivery,
    foreign: () => others.size,
  }
}
