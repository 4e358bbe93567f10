import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, idsOn, write, type Answer } from '../../support/client.ts'
import type { Person } from '../../support/deployment.ts'
import { FEED, oneRegion, servedByL2, type OneRegion } from '../outages/one-region.ts'

/** One read of one reader, and all that its answer may be. */
interface Read {
  readonly name: string
  readonly target: string
  readonly as: Person | undefined
  readonly shows: unknown
  show(answer: Answer): unknown
}

const ROUNDS = 12

describe('readers who share an edge', { timeout: 90_000 }, () => {
  const open = new AsyncDisposableStack()
  let world: OneRegion
  let reads: readonly Read[]

  beforeAll(async () => {
    world = await oneRegion(open)
    const at = world.edge.url
    const [ann, ben, cleo, dora] = (await world.deployed.people(4)) as [
      Person,
      Person,
      Person,
      Person,
    ]
    const publish = async (as: Person, text: string) =>
      String((await write(at, 'POST', '/v1/posts', { as, body: { text } })).json['id'])
    // Ann follows Cleo, Ben follows Dora. Cleo and Ben are a blocked pair; so are Dora and Ann, the other way.
    await write(at, 'PUT', `/v1/users/${cleo.id}/follow`, { as: ann })
    await write(at, 'PUT', `/v1/users/${dora.id}/follow`, { as: ben })
    const [ofCleo, ofDora, ofAnn, ofBen] = [
      await publish(cleo, 'by Cleo'),
      await publish(dora, 'by Dora'),
      await publish(ann, 'by Ann'),
      await publish(ben, 'by Ben'),
    ]
    await write(at, 'PUT', `/v1/users/${ben.id}/block`, { as: cleo })
    await write(at, 'PUT', `/v1/users/${dora.id}/block`, { as: ann })

    const posts = (target: string, as: Person | undefined, ids: readonly string[]) => ({
      name: target,
      target,
      as,
      shows: [200, ids],
      show: (page: Answer) => [page.status, idsOn(page)],
    })
    const post = (id: string, as: Person | undefined, text: string | undefined) => ({
      name: `post ${id}`,
      target: `/v1/posts/${id}`,
      as,
      shows: text === undefined ? [404, undefined] : [200, text],
      show: ({ status, json }: Answer) => [status, json['text']],
    })
    const marks = { following: false, followedBy: false, blocking: false, muting: false }
    const user = (of: Person, as: Person | undefined, viewer: unknown) => ({
      name: `user ${of.id}`,
      target: `/v1/users/${of.id}`,
      as,
      shows: viewer === 'hidden' ? [404, undefined, undefined] : [200, of.id, viewer],
      show: ({ status, json }: Answer) => [status, json['id'], json['viewer']],
    })
    const hidden = (of: Person, as: Person) => ({
      ...posts(`/v1/users/${of.id}/posts`, as, []),
      shows: 404,
      show: ({ status }: Answer) => status,
    })

    reads = [
      ...[FEED, '/v1/feed?mode=ranked'].flatMap((target) => [
        posts(
          target,
          ann,
          target === FEED ? [ofAnn, ofCleo] : expect.arrayContaining([ofAnn, ofCleo]),
        ),
        posts(
          target,
          ben,
          target === FEED ? [ofBen, ofDora] : expect.arrayContaining([ofBen, ofDora]),
        ),
      ]),
      post(ofCleo, undefined, 'by Cleo'),
      post(ofCleo, ann, 'by Cleo'),
      post(ofCleo, cleo, 'by Cleo'),
      post(ofCleo, ben, undefined),
      post(ofBen, cleo, undefined),
      post(ofDora, ben, 'by Dora'),
      post(ofDora, ann, undefined),
      post(ofDora, undefined, 'by Dora'),
      user(cleo, undefined, undefined),
      user(cleo, ann, { ...marks, following: true }),
      user(cleo, dora, marks),
      user(cleo, ben, 'hidden'),
      user(ben, cleo, 'hidden'),
      user(ann, cleo, { ...marks, followedBy: true }),
      user(ann, dora, 'hidden'),
      posts(`/v1/users/${cleo.id}/posts`, undefined, [ofCleo]),
      posts(`/v1/users/${cleo.id}/posts`, ann, [ofCleo]),
      hidden(cleo, ben),
      hidden(ben, cleo),
      hidden(dora, ann),
    ]
    await Promise.all([servedByL2(at, ann), servedByL2(at, ben)])
  }, 120_000)

  afterAll(() => open.disposeAsync())

  const get = ({ target, as }: Read) => ask(world.edge.url, 'GET', target, { as })

  it('each get what is theirs, from every layer, whoever asked before them', async () => {
    const shown = async (read: Read) => ({ read, answer: await get(read) })
    const layers = new Map<string, Set<string | null>>()
    for (let round = 0; round < ROUNDS; round += 1) {
      // Each round begins with somebody else; all at once, so that they share loads.
      const turned = [...reads.slice(round * 5), ...reads.slice(0, round * 5)]
      for (const { read, answer } of await Promise.all(turned.map(shown))) {
        const who = read.as?.id ?? 'nobody'
        expect(read.show(answer), `${read.name} for ${who}`).toEqual(read.shows)
        const isPublic = read.as === undefined
        const variesByReader = answer.headers.get('vary')?.includes('Authorization') === true
        expect(
          [answer.headers.get('cache-control'), !isPublic || variesByReader],
          read.name,
        ).toEqual([isPublic ? 'public, no-cache' : 'private, no-store', true])
        const kind = read.target.split(/[?/]/).slice(2, 3).join()
        layers.set(kind, (layers.get(kind) ?? new Set()).add(answer.servedBy))
      }
    }
    // What was never cached could not leak.
    expect([...(layers.get('posts') ?? [])]).toContain('l1')
    expect([...(layers.get('feed') ?? [])]).toContain('l2')
    expect([...(layers.get('users') ?? [])]).toContain('l1')
  })

  it('get no 304 for what was said to somebody else', async () => {
    const tags = await Promise.all(reads.map(async (read) => (await get(read)).headers.get('etag')))
    for (const etag of new Set(tags.filter((tag) => tag !== null))) {
      for (const read of reads.filter(({ as }) => as !== undefined)) {
        const headers = { 'if-none-match': etag }
        const answer = await ask(world.edge.url, 'GET', read.target, { as: read.as, headers })
        const own = (await get(read)).headers.get('etag')
        expect(
          answer.status === 304
            ? own === etag
            : isDeepStrictEqual(read.show(answer), read.show(await get(read))),
          read.name,
        ).toBe(true)
      }
    }
  })
})
