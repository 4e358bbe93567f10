import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodePace } from '../../../origin/adapters/node/pace.ts'
import { postgresPool } from '../../../origin/adapters/postgres/pool.ts'
import { postgresWrites } from '../../../origin/adapters/postgres/writes.ts'
import { createPost } from '../../../origin/write/create-post.ts'
import { editPost } from '../../../origin/write/edit-post.ts'
import { follow } from '../../../origin/write/follow.ts'
import type { UserId } from '../../../shared/ids.ts'
import { gateTo, type Gate } from '../write/gate.ts'
import { httpWorld, type HttpWorld } from './http-world.ts'

let world: HttpWorld
let gate: Gate
let ann: UserId
let ben: UserId
const open = new AsyncDisposableStack()

beforeAll(async () => {
  world = open.use(
    await httpWorld(async ({ url, deps }) => {
      gate = await gateTo(url)
      open.defer(() => gate.shut())
      const options = { max: 2, statementTimeoutMs: 400, applicationName: 'gated' }
      const pool = open.adopt(postgresPool(gate.url, options), (opened) => opened.end())
      const gated = { ...deps, writes: postgresWrites(pool, nodePace) }
      return { createPost: createPost(gated), editPost: editPost(gated), follow: follow(gated) }
    }),
  )
  ;[ann, ben] = (await world.people(2)) as [UserId, UserId]
})
afterAll(() => open.disposeAsync())

const unavailable = async (ask: () => ReturnType<HttpWorld['ask']>) => {
  const { status, json, headers } = await ask()
  expect({ status, code: json['code'], retryAfter: headers.get('retry-after') }).toEqual({
    status: 503,
    code: 'STORE_UNAVAILABLE',
    retryAfter: '1',
  })
}

const create = (text: string) => world.ask('POST', '/v1/posts', { as: ann, body: { text } })
const texts = async () => (await world.rows('select text from posts')).map((row) => row['text'])

describe('while Postgres is away', () => {
  it('writes are a 503 that may be retried, nothing is half done, and they go on afterwards', async () => {
    const before = (await create('before')).json as unknown as { id: string }
    const follows = () => world.ask('PUT', `/v1/users/${ben}/follow`, { as: ann })
    const edit = () =>
      world.ask('PUT', `/v1/posts/${before.id}`, { as: ann, body: { text: 'edited' } })

    await gate.shut()
    await unavailable(() => create('refused'))
    await unavailable(follows)
    await unavailable(edit)

    await gate.open()
    expect((await create('between')).status).toBe(201)

    gate.hang()
    await unavailable(() => create('hanging'))
    await unavailable(follows)
    await gate.shut()
    await gate.open()

    expect(await texts()).toEqual(['before', 'between'])
    expect(await world.rows('select from follows')).toEqual([])
    expect((await world.events()).map(({ event }) => event.type)).toEqual([
      'post.created',
      'post.created',
    ])
    expect((await create('after')).status).toBe(201)
    expect((await follows()).status).toBe(200)
    expect(world.unexpected).toEqual([])
  })

  it('a change that waits too long for another is given up, and leaves nothing', async () => {
    const [cleo] = (await world.people(1)) as [UserId]
    const holder = await world.pool.connect()
    try {
      await holder.query('begin')
      await holder.query('select from users where id = $1 for update', [cleo])
      await unavailable(() => world.ask('PUT', `/v1/users/${ben}/follow`, { as: cleo }))
    } finally {
      await holder.query('rollback')
      holder.release()
    }
    expect(await world.rows('select from follows where follower_id = $1', [cleo])).toEqual([])
  })
})
