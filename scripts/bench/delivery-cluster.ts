import { nodePace } from '../../origin/adapters/node/pace.ts'
import { redisDeliveryStore } from '../../origin/adapters/redis/delivery-store.ts'
import { redisServers } from '../../origin/adapters/redis/servers.ts'
import { allBuckets, keys, type ListKey } from '../../shared/keys.ts'
import {
  DELIVERY_CHUNK_FOLLOWERS,
  DELIVERY_TURNS_MAX,
  LIST_POSTS_MAX,
} from '../../shared/limits.ts'
import { barePushes, hasRedisBenchmark } from './bare-redis.ts'
import { atLeast, median, notJudged, type Figure } from './figure.ts'
import { connectRaw, fillLists, postAt } from './full-lists.ts'
import { interleaved, ratioFigure } from './interleave.ts'
import type { BenchWorld } from './world.ts'

const LISTS_A_NODE = 8_000
/** No list reaches the length at which pushes trim, in all rounds of both sides together. */
const POSTS = 650
const ENTRIES = 120_000
const ROUNDS = 5

/**
 * LPUSHX to lists of all nodes of a cluster, through one delivery session, against redis-benchmark at each
 * node at the same time, their rates added: nodes that share a machine cannot have it one after the other.
 */
export async function deliveryCluster(world: BenchWorld): Promise<readonly Figure[]> {
  const url = await world.redisCluster()
  await using servers = redisServers({ url, pace: nodePace, onError: () => undefined })
  const { cluster } = servers
  if (cluster === undefined) throw new Error('the cluster is none')
  await cluster.look()

  const nodes = cluster.owners().primaries.map((primary) => {
    const bucket = allBuckets.find((each) => cluster.primaryOf(keys.watermark(each)) === primary)
    if (bucket === undefined) throw new Error(`a node without a bucket: ${primary}`)
    // One hash tag a node, and seven digits of an id: the bare side draws the other twelve.
    const prefix = keys.watermark(bucket).replace(':wm', ':t:5000000')
    const names = Array.from(
      { length: LISTS_A_NODE },
      (_, at) => (prefix + String(at).padStart(12, '0')) as ListKey,
    )
    return { primary, prefix, names, port: Number(new URL(primary).port) }
  })
  for (const { primary, names } of nodes) {
    const connection = await connectRaw(primary)
    await fillLists(connection, names, POSTS)
    connection.close()
  }
  const store = redisDeliveryStore({ url, cluster, postsMax: () => LIST_POSTS_MAX })
  await using session = await store.open()
  const all = nodes.flatMap(({ names }) => names)

  const rate = await interleaved({
    rounds: ROUNDS,
    async bare() {
      const share = ENTRIES / nodes.length
      const rates = nodes.map(({ port, prefix }) =>
        barePushes({ port, prefix, lists: LISTS_A_NODE, value: postAt(0) }, share),
      )
      return (await Promise.all(rates)).reduce((sum, each) => sum + each, 0)
    },
    async ours() {
      const chunks = chunksOf(all)
      const startedAt = performance.now()
      const turn = async () => {
        for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) {
          await session.push(chunk, postAt(0))
        }
      }
      await Promise.all(Array.from({ length: DELIVERY_TURNS_MAX }, turn))
      return (1000 * ENTRIES) / (performance.now() - startedAt)
    },
  })
  const bare = hasRedisBenchmark() ? 'redis-benchmark -c 8 -P 256' : 'one plain socket'
  return [
    ratioFigure(
      {
        name: 'delivery-cluster',
        claim: `entries a second on a cluster of ${nodes.length} against ${bare} at each node, added`,
        bound: hasRedisBenchmark() ? atLeast(0.7) : notJudged,
        sides: `${Math.round(median(rate.ours))} against ${Math.round(median(rate.bare))} entries/s`,
      },
      rate,
    ),
  ]
}

/** Followers have no order that nodes know: each chunk has some of every node. */
function chunksOf(names: readonly ListKey[]): ListKey[][] {
  return Array.from({ length: ENTRIES / DELIVERY_CHUNK_FOLLOWERS }, () =>
    Array.from(
      { length: DELIVERY_CHUNK_FOLLOWERS },
      () => names[Math.floor(Math.random() * names.length)] as ListKey,
    ),
  )
}
