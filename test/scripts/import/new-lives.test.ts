import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { runImport } from '../../../scripts/import/run-import.ts'
import type { PostId, UserId } from '../../../shared/ids.ts'
import { deliveryWorld } from '../../origin/delivery/delivery-world.ts'
import { until } from '../../support/until.ts'

type World = Awaited<ReturnType<typeof deliveryWorld>>
let world: World
beforeEach(async () => {
  world = await deliveryWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

/** A reader whose timeline is warm and holds one post of an author that the product knows as `author`. */
async function warmReader() {
  const [author, reader] = (await world.people(2)) as [UserId, UserId]
  await world.pool.query(`update users set external_id = 'author' where id = $1`, [author])
  await world.pool.query(`update users set external_id = 'reader' where id = $1`, [reader])
  await world.follows(author, [reader])
  world.start()
  await world.settled()
  expect(await world.warm.timeline(reader)).toBe('warmed')
  const recent = await world.post(author)
  await world.settled()
  expect(await world.timelineOf(reader)).toEqual([recent])
  return { reader, recent, generation: await world.generationOf(reader) }
}

async function importPost({ redisUrl }: { redisUrl?: string }): Promise<void> {
  const reportFolder = inject('runFolder')
  const file = path.join(reportFolder, `${crypto.randomUUID()}.csv`)
  await writeFile(file, 'author,at,text\nauthor,1400000000,from the past\n')
  await runImport(
    {
      databaseUrl: world.url,
      redisUrl,
      reportFolder,
      users: [],
      follows: [],
      posts: [{ path: file }],
      createUsers: false,
      again: false,
    },
    { say: () => undefined, at: () => undefined, counted: () => undefined, done: () => undefined },
  )
}

async function imported(): Promise<PostId> {
  const { rows } = await world.pool.query<{ id: PostId }>(
    `select id from posts where text = 'from the past'`,
  )
  return rows[0]?.id as PostId
}

describe('after an import', () => {
  it('every list begins a new life, and is warmed with what was imported', async () => {
    const { reader, recent, generation } = await warmReader()
    let isDone = false
    const importing = importPost({ redisUrl: world.server.url }).finally(() => {
      isDone = true
    })
    await until(async () => {
      await world.tick()
      return isDone
    }, 20_000)
    await importing
    await world.settled()

    expect(await world.generationOf(reader)).not.toBe(generation)
    expect(await world.timelineOf(reader)).toBeUndefined()
    expect(await world.warm.timeline(reader)).toBe('warmed')
    expect(await world.timelineOf(reader)).toEqual([recent, await imported()])
  })

  it('a Redis that was away meanwhile does not keep its lists either', async () => {
    const { reader, generation } = await warmReader()
    await importPost({})
    // What it kept is as whole as it ever was: only Postgres knows that it is not enough any more.
    await world.redis.save()
    await world.server.kill()
    await world.server.start()
    await world.settled()

    expect(await world.generationOf(reader)).not.toBe(generation)
    expect(await world.timelineOf(reader)).toBeUndefined()
  })
})
