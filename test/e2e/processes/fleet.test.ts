import { spawnSync } from 'node:child_process'
import { expect, it, onTestFinished } from 'vitest'
import { ask, write } from '../../support/client.ts'
import { deployment, type Person } from '../../support/deployment.ts'
import { freshPool } from '../../support/pool.ts'
import { freshRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'
import { underLoad } from './load.ts'

const RESTART_MS_MAX = 90_000
/** A lease of a partition, and what a busy machine takes beside it. */
const TAKEN_OVER_MS_MAX = 30_000

async function stores() {
  const { pool, url: databaseUrl } = await freshPool()
  const redis = await freshRedis()
  onTestFinished(() => redis[Symbol.asyncDispose]())
  return { pool, databaseUrl, redisUrl: redis.url }
}

async function fleetOn(where: Parameters<typeof deployment>[0]) {
  const deployed = await deployment(where)
  onTestFinished(() => deployed[Symbol.asyncDispose]())
  return { ...(await deployed.origin()), deployed }
}

/** Processes that a supervisor has started. */
const processesOf = (supervisor: number): readonly number[] =>
  spawnSync('pgrep', ['-P', String(supervisor)], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter(Boolean)
    .map(Number)

it('restarts one process after another and drops no request', async () => {
  const { pool, ...where } = await stores()
  const { child, url, deployed } = await fleetOn({
    ...where,
    processes: { ORIGIN_PROCESSES: '2' },
  })
  await until(() => processesOf(child.pid).length === 2, 20_000)
  const first = processesOf(child.pid)

  const load = underLoad(url, await deployed.people(6))
  await until(() => load.answered() > 50, 20_000, 'a load')
  process.kill(child.pid, 'SIGHUP')
  await until(
    () => {
      const now = processesOf(child.pid)
      return now.length === 2 && now.every((pid) => !first.includes(pid))
    },
    RESTART_MS_MAX,
    'two new processes alone',
  )
  const { failures, posts } = await load.stop()

  expect(failures).toEqual([])
  expect(posts.length).toBeGreaterThan(10)
  const { rows } = await pool.query<{ id: string }>('select id from posts')
  expect(rows.map(({ id }) => id).toSorted()).toEqual(posts.toSorted())
}, 180_000)

it('answers /metrics for all of its processes, whichever is asked', async () => {
  const { url, adminUrl, child } = await fleetOn({
    ...(await stores()),
    processes: { ORIGIN_PROCESSES: '2' },
  })
  await until(() => processesOf(child.pid).length === 2, 20_000)
  const [asked, headers] = [40, { connection: 'close' }]
  for (let at = 0; at < asked; at += 1) await ask(url, 'GET', '/v1/nothing', { headers })

  const counted = async () => {
    const { text } = await ask(adminUrl, 'GET', '/metrics', { headers })
    const line = /^http_request_duration_seconds_count\{.*status="404"\} (\d+)$/m.exec(text)
    return Number(line?.[1])
  }
  await until(async () => (await counted()) === asked, 20_000, 'the requests of both processes')
  expect([await counted(), await counted()]).toEqual([asked, asked])
  const lags = async () => (await ask(adminUrl, 'GET', '/metrics', { headers })).text
  for (const name of ['log_group_lag_events', 'log_group_lag_seconds']) {
    const line = new RegExp(`^${name}\\{group="deliver"\\} \\d`, 'm')
    await until(async () => line.test(await lags()), 30_000, `${name} of delivery`)
  }
}, 90_000)

it('goes on when a worker is killed: others take over what it worked on', async () => {
  const where = await stores()
  const workers = await fleetOn({
    ...where,
    processes: { ORIGIN_ROLES: 'relay,deliver,count', ORIGIN_PROCESSES: '2' },
  })
  const clients = await fleetOn({
    ...where,
    processes: { ORIGIN_ROLES: 'http', ORIGIN_PROCESSES: '2' },
  })
  await expect(fetch(`${workers.url}/readyz`)).rejects.toThrow('fetch failed')
  const [author, viewer] = (await clients.deployed.people(2)) as [Person, Person]
  await write(clients.url, 'PUT', `/v1/users/${author.id}/follow`, { as: viewer })
  const post = () =>
    write(clients.url, 'POST', '/v1/posts', { as: author, body: { text: 'a post' } })
  const headers = { authorization: `Bearer ${await clients.deployed.operator()}` }
  /** The timeline is there, and has everything that was posted. */
  const isDelivered = async (posts: number) => {
    await ask(clients.url, 'GET', '/v1/feed?mode=latest', { as: viewer })
    const target = `/admin/v1/timelines/${viewer.id}/verify`
    const { json } = await ask(clients.adminUrl, 'POST', target, { headers })
    return json['state'] === 'whole' && json['posts'] === posts
  }
  await post()
  await until(() => isDelivered(1), TAKEN_OVER_MS_MAX, 'a first delivery')

  const [victim, other] = processesOf(workers.child.pid) as [number, number]
  process.kill(victim, 'SIGKILL')
  await post()
  await until(() => isDelivered(2), TAKEN_OVER_MS_MAX, 'a delivery by the others')
  await until(() => {
    const now = processesOf(workers.child.pid)
    return now.length === 2 && !now.includes(victim) && now.includes(other)
  }, TAKEN_OVER_MS_MAX)
}, 120_000)
