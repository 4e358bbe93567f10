import type { Redis } from 'ioredis'
import { beforeAll, expect, it, onTestFinished } from 'vitest'
import type { UserId } from '../../../shared/ids.ts'
import { visiblePosts } from '../../oracle/oracle.ts'
import { ask, idsOn, write } from '../../support/client.ts'
import { deployment, type Person } from '../../support/deployment.ts'
import { freshPool } from '../../support/pool.ts'
import type { OwnRedisCluster } from '../../faults/redis-cluster.ts'
import { freshRedisCluster } from '../../support/redis-cluster.ts'
import { until } from '../../support/until.ts'

const VIEWERS = 16
const AUTHORS = 4
const FAILOVERS = 2
/** Written and acknowledged while the replica hears nothing. */
const UNREPLICATED_POSTS = 12

let cluster: OwnRedisCluster | undefined
let reason = ''
beforeAll(async () => {
  try {
    cluster = await freshRedisCluster()
  } catch (error) {
    reason = `no Redis Cluster: ${String(error)}`
    console.log(`skipped: ${reason}`)
  }
  return () => cluster?.[Symbol.asyncDispose]()
})

it('loses nothing when primaries die with writes that no replica has', async (context) => {
  if (cluster === undefined) return context.skip(reason)
  const { pool, url: databaseUrl } = await freshPool()
  const deployed = await deployment({ databaseUrl, redisUrl: cluster.url })
  onTestFinished(() => deployed[Symbol.asyncDispose]())
  const { url, adminUrl } = await deployed.origin()
  const people = await deployed.people(VIEWERS + AUTHORS)
  const [authors, viewers] = [people.slice(0, AUTHORS), people.slice(AUTHORS)]
  const operator = { headers: { authorization: `Bearer ${await deployed.operator()}` } }

  for (const as of viewers) {
    await Promise.all(authors.map(({ id }) => write(url, 'PUT', `/v1/users/${id}/follow`, { as })))
  }
  let posts = 0
  /** Of the newest post: without it a page may be of a moment before. */
  let token: string | undefined
  const post = async () => {
    const as = authors[(posts += 1) % AUTHORS]
    const made = await write(url, 'POST', '/v1/posts', { as, body: { text: `post ${posts}` } })
    token = made.token
  }
  const verified = async ({ id }: Person) => {
    const { status, json } = await ask(
      adminUrl,
      'POST',
      `/admin/v1/timelines/${id}/verify`,
      operator,
    )
    // While nobody has its slot a list cannot be looked at.
    if (status !== 200) return { state: 'unknown', missing: [status], extra: [] }
    return json as { state: string; missing: readonly unknown[]; extra: readonly unknown[] }
  }
  /** Reading warms the list; whole means that everything Postgres shows has been pushed to it. */
  const isWhole = async (viewer: Person) => {
    await ask(url, 'GET', '/v1/feed?mode=latest', { as: viewer })
    const { state, missing, extra } = await verified(viewer)
    return state === 'whole' && missing.length === 0 && extra.length === 0
  }
  const allAreWhole = () =>
    until(
      async () => (await Promise.all(viewers.map(isWhole))).every(Boolean),
      20_000,
      'whole timelines of everybody',
    )
  await post()
  await allAreWhole()

  for (const primary of (await cluster.primaries()).slice(0, FAILOVERS)) {
    const replica = cluster.connectTo(await cluster.replicaOf(urlOf(primary)))
    await replica.config('SET', 'masteruser', 'nobody')
    await replica.config('SET', 'masterauth', 'nothing')
    await primary.call('CLIENT', 'KILL', 'TYPE', 'replica')
    for (let at = 0; at < UNREPLICATED_POSTS; at += 1) await post()
    await until(async () => (await Promise.all(viewers.map(verified))).every(isUnmissed))
    const lost = (await offsetOf(primary)) - (await offsetOf(replica))
    expect(lost).toBeGreaterThan(0)
    const dying = cluster.nodeAt(urlOf(primary))
    process.kill(dying.pid, 'SIGKILL')

    // Writes and reads go on meanwhile, and nobody sees less than Postgres shows.
    let isOver = false
    const failover = until(async () => (await replica.role())[0] === 'master', 10_000).then(() => {
      isOver = true
    })
    let reads = 0
    while (!isOver) {
      await post()
      for (const viewer of viewers.slice(0, 4)) {
        await expectTheOracle(viewer)
        reads += 1
      }
    }
    await failover
    expect(reads).toBeGreaterThan(0)
    await allAreWhole()
    for (const viewer of viewers) await expectTheOracle(viewer)
  }

  async function expectTheOracle(viewer: Person): Promise<void> {
    const expected = await visiblePosts(pool, viewer.id as UserId)
    const { status, json, ...page } = await ask(url, 'GET', '/v1/feed?mode=latest&limit=50', {
      as: viewer,
      token,
    })
    const ids = idsOn({ ...page, status, json })
    const isComplete = json['completeness'] === 'complete'
    const shown = isComplete ? expected.slice(0, 50) : expected.filter((id) => ids.includes(id))
    expect({ status, ids }).toEqual({ status: 200, ids: shown })
  }
}, 120_000)

const urlOf = ({ options: { host, port } }: Redis) => `redis://${host}:${port}`

const isUnmissed = ({ missing }: { missing: readonly unknown[] }) => missing.length === 0

async function offsetOf(node: Redis): Promise<number> {
  const info = await node.info('replication')
  return Number(/(?:slave_repl|master_repl)_offset:(\d+)/.exec(info)?.[1])
}
