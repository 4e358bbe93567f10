import { redisDeliveryStore } from '../../origin/adapters/redis/delivery-store.ts'
import type { ListKey } from '../../shared/keys.ts'
import {
  DELIVERY_CHUNK_FOLLOWERS,
  DELIVERY_TURNS_MAX,
  LIST_POSTS_MAX,
} from '../../shared/limits.ts'
import { barePushes, hasRedisBenchmark } from './bare-redis.ts'
import { atLeast, atMost, median, notJudged, type Figure } from './figure.ts'
import { connectRaw, fillLists, postAt } from './full-lists.ts'
import { interleaved, ratioFigure } from './interleave.ts'
import type { BenchWorld } from './world.ts'

/** 24,000 lists of 650 posts take 180 MB: far more than the caches of a processor hold. */
const LISTS = 24_000
/** No list reaches the length at which pushes trim, in all rounds of both sides together. */
const POSTS = 650
const ENTRIES = 120_000
const ROUNDS = 5
/** One hash tag, and seven digits of an id: the bare side draws the other twelve. */
const PREFIX = '{00}:t:5000000'

/** LPUSHX to the same lists, in any order: ours through a delivery session, in delivery's chunks and turns. */
export async function delivery(world: BenchWorld): Promise<readonly Figure[]> {
  const redis = await world.redis()
  await using filling = closing(await connectRaw(redis.url))
  const names = Array.from(
    { length: LISTS },
    (_, at) => (PREFIX + String(at).padStart(12, '0')) as ListKey,
  )
  await fillLists(filling.connection, names, POSTS)
  const store = redisDeliveryStore({ url: redis.url, postsMax: () => LIST_POSTS_MAX })
  await using session = await store.open()

  const cpuUs: number[] = []
  const rate = await interleaved({
    rounds: ROUNDS,
    bare: () =>
      barePushes({ port: redis.port, prefix: PREFIX, lists: LISTS, value: postAt(0) }, ENTRIES),
    async ours() {
      const chunks = chunksOf(names)
      const before = process.cpuUsage()
      const startedAt = performance.now()
      const turn = async () => {
        for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) {
          await session.push(chunk, postAt(0))
        }
      }
      await Promise.all(Array.from({ length: DELIVERY_TURNS_MAX }, turn))
      const elapsedMs = performance.now() - startedAt
      const { user, system } = process.cpuUsage(before)
      cpuUs.push((user + system) / ENTRIES)
      return (1000 * ENTRIES) / elapsedMs
    },
  })
  const bare = hasRedisBenchmark() ? 'redis-benchmark -c 8 -P 256' : 'one plain socket'
  return [
    ratioFigure(
      {
        name: 'delivery',
        claim: `entries a second against ${bare}, same command, same lists`,
        bound: hasRedisBenchmark() ? atLeast(0.8) : notJudged,
        sides: `${rounded(rate.ours)} against ${rounded(rate.bare)} entries/s`,
      },
      rate,
    ),
    {
      name: 'delivery-cpu',
      claim: 'our CPU for an entry',
      unit: 'µs',
      bound: atMost(2),
      values: cpuUs.slice(1),
    },
  ]
}

/** As many as the entries of a round, each list as often as the others, in any order. */
function chunksOf(names: readonly ListKey[]): ListKey[][] {
  const drawn = Array.from(
    { length: ENTRIES },
    () => names[Math.floor(Math.random() * names.length)] as ListKey,
  )
  const chunks: ListKey[][] = []
  for (let at = 0; at < drawn.length; at += DELIVERY_CHUNK_FOLLOWERS) {
    chunks.push(drawn.slice(at, at + DELIVERY_CHUNK_FOLLOWERS))
  }
  return chunks
}

const closing = <C extends { close(): void }>(connection: C) => ({
  connection,
  [Symbol.asyncDispose]: () => Promise.resolve(connection.close()),
})

const rounded = (values: readonly number[]): string =>
  Math.round(median(values)).toLocaleString('en')
