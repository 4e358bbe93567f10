import pg from 'pg'
import { bucketOf, keys, type Bucket } from '../../shared/keys.ts'
import { watermarkFields } from '../../shared/watermark.ts'
import { PUSH_BATCH_MAX } from '../../shared/limits.ts'
import type { UserId } from '../../shared/ids.ts'
import type { Generation } from '../../shared/list.ts'
import type { RawConnection } from '../../origin/adapters/redis/raw-connection.ts'
import { devToken } from '../local/dev-token.ts'
import { asking } from './asking.ts'
import { atMost, median, type Figure } from './figure.ts'
import { connectRaw, fillLists } from './full-lists.ts'
import { fillCrowd, insertUsers } from '../../test/support/crowd.ts'
import { publish } from './publish.ts'
import { HOME, warmPages } from './warm-pages.ts'
import { getRequest } from './wire.ts'
import { JWT, type BenchWorld } from './world.ts'

const FOLLOWERS = 20_000
const POSTS = 50
const ENTRIES = FOLLOWERS * POSTS
const LIST_POSTS = 700
const ROUND_MS = 1_000
const QUIET_ROUNDS = 5
const TEXT = 'A post that everybody is pushed.'
/** Even a machine that is busy otherwise is through with a million by then. */
const BURST_MS_MAX = 90_000

/** Home pages, quiet and while fifty posts of one author go to twenty thousand timelines. */
export async function underBurst(world: BenchWorld): Promise<readonly Figure[]> {
  const [databaseUrl, redis] = [await world.database(), await world.redis()]
  const { bearers } = await fillCrowd(databaseUrl, JWT)
  const { author, followers } = await famousAuthor(databaseUrl)
  const origin = await world.origin({ databaseUrl, redisUrl: redis.url })
  await warmPages(origin.url, bearers)
  const connection = await connectRaw(redis.url)
  await fillTimelines(connection, followers)

  const order = {
    protocol: 'http',
    port: origin.port,
    requests: bearers.map((bearer) => getRequest(HOME, { authorization: `Bearer ${bearer}` })),
    connections: 2,
    durationMs: ROUND_MS,
  } as const
  await world.load.run(order)
  const quiet: number[] = []
  for (let round = 0; round < QUIET_ROUNDS; round += 1) {
    quiet.push((await world.load.run(order)).p99Us)
  }

  const before = await pushesOf(connection)
  using client = await asking(origin.port)
  const bearer = await devToken({ ...JWT, subject: author })
  for (let post = 0; post < POSTS; post += 1) await publish(client, bearer, TEXT)
  const startedAt = performance.now()
  const burst: number[] = []
  let after = await pushesOf(connection)
  while (after.calls - before.calls < ENTRIES) {
    if (performance.now() - startedAt > BURST_MS_MAX) throw new Error('the burst does not end')
    burst.push((await world.load.run(order)).p99Us)
    after = await pushesOf(connection)
  }
  connection.close()
  if (burst.length === 0) throw new Error('the burst was over before a page was read')

  const quietP99 = median(quiet)
  const usPerPush = (after.us - before.us) / (after.calls - before.calls)
  return [
    {
      name: 'burst-reads-p99',
      claim: `p99 of home pages while ${ENTRIES.toLocaleString('en')} entries are delivered, against quiet`,
      unit: '×',
      bound: atMost(3),
      values: burst.map((p99) => p99 / quietP99),
      control: quiet.map((p99) => p99 / quietP99),
      sides: `${(median(burst) / 1000).toFixed(1)} against ${(quietP99 / 1000).toFixed(1)} ms`,
    },
    {
      name: 'burst-batch',
      claim: `how long a batch of ${PUSH_BATCH_MAX} pushes holds Redis, by Redis's own count`,
      unit: 'µs',
      bound: atMost(1000),
      values: [usPerPush * PUSH_BATCH_MAX],
    },
  ]
}

async function famousAuthor(databaseUrl: string) {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const followers = (await insertUsers(client, 'follower', FOLLOWERS)) as readonly UserId[]
    const [author = ''] = await insertUsers(client, 'famous', 1)
    await client.query(
      `insert into follows (follower_id, followee_id, created_at)
       select unnest($1::bigint[]), $2::bigint, now() - interval '40 days'`,
      [followers, author],
    )
    return { author, followers }
  } finally {
    await client.end()
  }
}

/** Full lists of the buckets' own generations, as if everybody had read yesterday. */
async function fillTimelines(
  connection: RawConnection,
  followers: readonly UserId[],
): Promise<void> {
  const byBucket = Map.groupBy(followers, (follower): Bucket => bucketOf(follower))
  for (const [bucket, owners] of byBucket) {
    const [generation] = await connection.send([
      ['HGET', keys.watermark(bucket), watermarkFields.generation],
    ])
    if (typeof generation !== 'string') throw new Error('a bucket without a watermark')
    await fillLists(connection, owners.map(keys.timeline), LIST_POSTS, generation as Generation)
  }
}

async function pushesOf(connection: RawConnection) {
  const [text] = await connection.send([['INFO', 'commandstats']])
  const [, calls = 0, us = 0] = /cmdstat_lpushx:calls=(\d+),usec=(\d+)/.exec(String(text)) ?? []
  return { calls: Number(calls), us: Number(us) }
}
