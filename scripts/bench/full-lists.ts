import { rawConnection, type RawConnection } from '../../origin/adapters/redis/raw-connection.ts'
import type { ListKey } from '../../shared/keys.ts'
import { formatMarker, type Generation } from '../../shared/list.ts'
import { lowestIdAt, type PostId } from '../../shared/ids.ts'

const BATCH = 500

/** `at` newest first; minutes lie between them. */
export const postAt = (at: number): PostId => lowestIdAt(Date.now() - at * 60_000)

export const connectRaw = (url: string): Promise<RawConnection> =>
  rawConnection({ url, name: 'bench', connectTimeoutMs: 5_000, deadlineMs: 30_000 })

/** Lists as warming leaves them: ids and a marker. Copied in Redis, since sending millions of ids would take minutes. */
export async function fillLists(
  connection: RawConnection,
  names: readonly ListKey[],
  posts: number,
  generation = '1.1' as Generation,
): Promise<void> {
  const [first, ...rest] = names
  if (first === undefined) return
  const marker = formatMarker({
    floor: postAt(posts + 1),
    generation,
    horizon: { epoch: 1, xmin: 1_000_000, xmax: 1_000_000, xip: [] },
  })
  const ids = Array.from({ length: posts }, (_, at) => postAt(at))
  await connection.send([['RPUSH', first, ...ids, marker]])
  for (let at = 0; at < rest.length; at += BATCH) {
    await connection.send(rest.slice(at, at + BATCH).map((name) => ['COPY', first, name] as const))
  }
}
