import pg from 'pg'
import { devToken } from '../local/dev-token.ts'
import { asking } from './asking.ts'
import { atMost, type Figure } from './figure.ts'
import { connectRaw } from './full-lists.ts'
import { insertUsers } from '../../test/support/crowd.ts'
import { publish } from './publish.ts'
import { until } from '../local/until.ts'
import { JWT, type BenchWorld } from './world.ts'

const FOLLOWERS = [100, 10_000] as const
const DEADLINE_MS = 20_000

/** Pushes that a post of a pulled author costs, with few and with many followers. */
export async function pulled(world: BenchWorld): Promise<readonly Figure[]> {
  const [databaseUrl, redis] = [await world.database(), await world.redis()]
  const authors = await authorsWithFollowers(databaseUrl)
  const origin = await world.origin({ databaseUrl, redisUrl: redis.url })
  const connection = await connectRaw(redis.url)
  const pushes = async () => {
    const [text] = await connection.send([['INFO', 'commandstats']])
    return Number(/cmdstat_lpushx:calls=(\d+)/.exec(String(text))?.[1] ?? 0)
  }
  using client = await asking(origin.port)
  const costs: number[] = []
  for (const author of authors) {
    const bearer = await devToken({ ...JWT, subject: author })
    const before = await pushes()
    await publish(client, bearer, 'A post that nobody is pushed.')
    // Own list and own timeline, at once and again behind the watermark.
    await until(async () => (await pushes()) >= before + 4, {
      deadlineMs: DEADLINE_MS,
      what: 'delivery of a pulled post',
    })
    await publish(client, bearer, 'A post that nobody is pushed.')
    await until(async () => (await pushes()) >= before + 8, {
      deadlineMs: DEADLINE_MS,
      what: 'delivery of another pulled post',
    })
    costs.push((await pushes()) - before)
  }
  connection.close()
  return [
    {
      name: 'pulled-writes',
      claim: `pushes for a pulled author's post with ${FOLLOWERS[1]} followers, against ${FOLLOWERS[0]}`,
      unit: '×',
      bound: atMost(1),
      values: [(costs[1] ?? Number.NaN) / (costs[0] ?? Number.NaN)],
      sides: `${costs.join(' and ')} pushes for two posts each`,
    },
  ]
}

async function authorsWithFollowers(databaseUrl: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const crowd = await insertUsers(client, 'follower', Math.max(...FOLLOWERS))
    const authors = await insertUsers(client, 'pulled', FOLLOWERS.length)
    for (const [at, count] of FOLLOWERS.entries()) {
      await client.query(
        `insert into follows (follower_id, followee_id) select unnest($1::bigint[]), $2::bigint`,
        [crowd.slice(0, count), authors[at]],
      )
    }
    await client.query(`insert into settings (key, value) values ('delivery.strategy', '"pull"')`)
    return authors
  } finally {
    await client.end()
  }
}
