import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { userId } from '../../shared/ids.ts'
import { keys, logPartitionOf } from '../../shared/keys.ts'
import { ask, write } from '../support/client.ts'
import type { Person } from '../support/deployment.ts'
import { until } from '../support/until.ts'
import { operatorsGround, type OperatorsGround } from './admin/operators-ground.ts'

const EFFECTIVE_WITHIN_MS = 2_000
/** What a busy machine may take for what has no promise. */
const SOON_MS = 15_000

describe('an operator', { timeout: 60_000 }, () => {
  let ground: OperatorsGround
  let viewer: Person
  let author: Person
  let posts: string[]

  beforeAll(async () => {
    ground = await operatorsGround()
    ;[viewer, author] = (await ground.deployed.people(2)) as [Person, Person]
    await ground.follow(viewer, author)
    posts = []
    for (let at = 0; at < 15; at += 1) posts.push(await ground.post(author, `post ${at}`))
    // The first read finds no list; what it leaves behind makes one.
    await until(() => hasTimeline(viewer), SOON_MS)
  }, 120_000)
  afterAll(() => ground?.[Symbol.asyncDispose]())

  async function hasTimeline(of: Person): Promise<boolean> {
    await ground.latest(of)
    const list = await ground.redis.lrange(keys.timeline(userId(of.id)), 0, -1)
    return list.at(-1)?.startsWith('F') === true
  }

  it('needs a token that says so', async () => {
    const target = '/admin/v1/stats'
    expect((await ask(ground.adminUrl, 'GET', target)).status).toBe(401)
    expect((await ask(ground.adminUrl, 'GET', target, { as: viewer })).json['code']).toBe(
      'AUTH_FORBIDDEN',
    )
    expect((await ask(ground.urls[0], 'GET', target, { as: viewer })).status).toBe(404)
  })

  it('provisions people whom the product knows, once', async () => {
    const people = [{ handle: 'ann_of_old', name: 'Ann', externalId: 'crm-1' }]
    const made = await ground.operate('POST', '/admin/v1/users', people)
    const again = await ground.operate('POST', '/admin/v1/users', people)

    expect(made.json['users']).toMatchObject([{ handle: 'ann_of_old', created: true }])
    expect(again.json['users']).toMatchObject([{ externalId: 'crm-1', created: false }])
  })

  it('changes a setting for every process within two seconds', async () => {
    const sessionSize = async (url: string) => {
      const { json } = await ask(url, 'GET', '/v1/feed?limit=1', { as: viewer })
      const { oldest } = json['interval'] as { oldest: string | null }
      return oldest === null ? posts.length : posts.filter((id) => id >= oldest).length
    }
    expect(await Promise.all(ground.urls.map(sessionSize))).toEqual([15, 15])
    const changed = await ground.operate('PUT', '/admin/v1/settings', {
      'session.postsMax': { value: 10, version: 0 },
    })
    const isEffective = async () =>
      (await Promise.all(ground.urls.map(sessionSize))).every((size) => size === 10)

    expect(changed.json['versions']).toMatchObject({ 'session.postsMax': 1 })
    await until(isEffective, EFFECTIVE_WITHIN_MS)
    const refused = { 'session.postsMax': { value: 20, version: 0 } }
    expect((await ground.operate('PUT', '/admin/v1/settings', refused)).json['code']).toBe(
      'SETTING_CONFLICT',
    )
  })

  it('finds out that a timeline lost a post, and mends it', async () => {
    const [, lost = expect.unreachable()] = posts
    const verify = () => ground.operate('POST', `/admin/v1/timelines/${viewer.id}/verify`)
    await until(async () => (await verify()).json['isRight'] === true, SOON_MS)
    // A list is a set: a post that was pushed twice stands there twice.
    const lose = () => ground.redis.lrem(keys.timeline(userId(viewer.id)), 0, lost)
    expect(await lose()).toBeGreaterThan(0)
    // So long a post may be on its way; and whoever takes a partition over may push it once more.
    await until(async () => {
      await lose()
      return (await verify()).json['isRight'] === false
    }, SOON_MS)
    expect((await verify()).json['missing']).toEqual([{ post: lost, why: 'lost' }])
    const rebuilt = await ground.operate('POST', `/admin/v1/timelines/${viewer.id}/rebuild`)

    expect(rebuilt.json).toMatchObject({ warming: 'warmed', posts: posts.length })
    expect((await verify()).json).toMatchObject({ state: 'whole', isRight: true, missing: [] })
    expect(await ground.latest(viewer)).toEqual(posts.toReversed())
  })

  it('is told why a post is on a page, and why another is not', async () => {
    const [muted, stranger] = (await ground.deployed.people(2)) as [Person, Person]
    await ground.follow(viewer, muted)
    const { token = expect.unreachable() } = await write(
      ground.urls[0],
      'PUT',
      `/v1/users/${muted.id}/mute`,
      { as: viewer },
    )
    const [hers, theirs] = [await ground.post(muted, 'hush'), await ground.post(stranger, 'hey')]
    // The process has heard of the mute once a page has it.
    await ask(ground.urls[0], 'GET', '/v1/feed', { as: viewer, token })
    const explain = async (post: string) =>
      (await ground.operate('GET', `/admin/v1/explain?viewer=${viewer.id}&post=${post}`)).json

    // The list of whom the viewer follows since is made by the first page that lacks it.
    await until(async () => (await explain(posts[0] ?? ''))['layer'] === 'redis', SOON_MS)
    expect(await explain(posts[0] ?? '')).toMatchObject({
      isShown: true,
      because: 'the viewer follows the author',
      layer: 'redis',
      sources: expect.arrayContaining([expect.objectContaining({ name: 'timeline', has: true })]),
    })
    expect(await explain(hers)).toMatchObject({
      isShown: false,
      because: 'the viewer mutes the author',
      filters: expect.arrayContaining([{ name: 'muted-authors', keeps: false }]),
    })
    expect(await explain(theirs)).toMatchObject({
      isShown: false,
      because: 'the viewer does not follow the author',
    })
    expect(await explain('7')).toMatchObject({ isShown: false, because: 'there is no such post' })
    await write(ground.urls[0], 'DELETE', `/v1/posts/${hers}`, { as: muted })
    await until(async () => (await explain(hers))['because'] === 'the post is deleted', SOON_MS)
  })

  it('finds poison among the dead letters, and replays it when it is mended', async () => {
    const waiting = async () =>
      (await ground.operate('GET', '/admin/v1/dead-letters?group=deliver')).json['items'] as {
        id: string
        event: unknown
      }[]
    const { rows } = await ground.pool.query<{ id: string }>(
      `insert into posts (shard, id, author_id, text, delivery, created_at)
       select shard_of(id), id, $1, 'poisoned', 'push', clock_timestamp()
       from mint_id(shard_of($1::bigint)) id returning id`,
      [author.id],
    )
    const [{ id: post } = expect.unreachable()] = rows
    const event = { type: 'post.created', post, author: author.id, delivery: 'push' }
    await ground.pool.query('insert into outbox (partition, key, event) values ($1, $2, $3)', [
      logPartitionOf(author.id),
      author.id,
      JSON.stringify({ ...event, delivery: 'sideways' }),
    ])
    const [letter = expect.unreachable()] = await until(
      async () => (await waiting()).length === 1 && waiting(),
      SOON_MS,
    )
    const replay = () => ground.operate('POST', `/admin/v1/dead-letters/${letter.id}/replay`)
    // What lies behind it goes on: no process stopped at it.
    const next = await ground.post(author, 'behind the poison')

    expect(letter.event).toMatchObject({ delivery: 'sideways' })
    expect((await replay()).json['code']).toBe('EVENT_MALFORMED')
    const delivered = async (id: string) =>
      (await ground.redis.lpos(keys.timeline(userId(viewer.id)), id)) !== null
    await until(() => delivered(next), SOON_MS)
    expect(await delivered(post)).toBe(false)
    expect((await ask(ground.urls[1], 'GET', '/v1/feed', { as: viewer })).json).toMatchObject({
      completeness: 'complete',
    })

    await ground.pool.query('update dead_letters set event = $2 where id = $1', [
      letter.id,
      JSON.stringify(event),
    ])
    expect((await replay()).status).toBe(200)
    expect(await delivered(post)).toBe(true)
    expect(await waiting()).toEqual([])
    const isNewest = async () => {
      const [first, second] = await ground.latest(viewer)
      return first === next && second === post
    }
    await until(isNewest, SOON_MS)
  })

  it('reads figures and metrics that move, and who did what', async () => {
    const pages = 'feed_latency_seconds_count{mode="latest",completeness="complete"}'
    const before = await ground.metric(pages)
    await ground.latest(viewer)
    const { json } = await ground.operate('GET', '/admin/v1/stats')
    const { json: audit } = await ground.operate('GET', '/admin/v1/audit')
    const actions = (audit['items'] as { action: string; actor: string }[]).map(
      ({ action }) => action,
    )

    expect(json).toMatchObject({ epoch: 1, deadLettersWaiting: 0 })
    expect(json['groups']).toMatchObject([{ group: 'count' }, { group: 'deliver' }])
    expect((json['newestTick'] as { ageMs: number }).ageMs).toBeLessThan(SOON_MS)
    expect(actions).toEqual(
      expect.arrayContaining(['settings.change', 'timeline.rebuild', 'dead-letter.replay']),
    )
    expect(await ground.metric(pages)).toBe(before + 1)
    expect(await ground.metric('cache_hit_ratio{layer="redis",kind="timeline"}')).toBeGreaterThan(0)
    expect(
      await ground.metric('cache_hit_ratio{layer="process",kind="viewer-record"}'),
    ).toBeGreaterThan(0)
    // Whichever of the two processes works on a partition counts what it delivers, and what it buries.
    const delivered = await ground.metric('delivery_lag_seconds_count{type="post.created"}')
    expect(delivered).toBeGreaterThanOrEqual(posts.length)
    expect(await ground.metric('fan_out_strategy_total{strategy="push"}')).toBe(delivered)
    expect(await ground.metric('dead_letters_total{group="deliver"}')).toBe(1)
  })
})
