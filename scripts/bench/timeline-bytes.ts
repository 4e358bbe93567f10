import type { ListKey } from '../../shared/keys.ts'
import { LIST_POSTS_MAX } from '../../shared/limits.ts'
import { atMost, type Figure } from './figure.ts'
import { connectRaw, fillLists } from './full-lists.ts'
import type { BenchWorld } from './world.ts'

const LISTS = 50

/** What Redis itself says a full timeline takes, its key and its marker included. */
export async function timelineBytes(world: BenchWorld): Promise<readonly Figure[]> {
  const { url } = await world.redis()
  const connection = await connectRaw(url)
  const names = Array.from({ length: LISTS }, (_, at) => `{00}:t:${5e18 + at * 4096}` as ListKey)
  await fillLists(connection, names, LIST_POSTS_MAX)
  const replies = await connection.send(
    names.map((name) => ['MEMORY', 'USAGE', name, 'SAMPLES', '0'] as const),
  )
  connection.close()
  return [
    {
      name: 'timeline-bytes',
      claim: `memory of an entry in a timeline of ${LIST_POSTS_MAX}`,
      unit: 'bytes',
      bound: atMost(12),
      values: replies.map((bytes) => Number(bytes) / LIST_POSTS_MAX),
    },
  ]
}
