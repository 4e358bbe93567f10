import { Redis as Upstash } from '@upstash/redis'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runningGateway, TOKEN, type RunningGateway } from '../origin/l2-gateway/running-gateway.ts'
import { SEED } from '../origin/l2-gateway/seed.ts'
import { freshRedis, type FreshRedis } from '../support/redis.ts'

const UNICODE = 'é 漢字 😀 שלום \u0000 "quotes" \\ \r\n {"json":true}'
const LARGE = 'é"\n'.repeat(256 * 1024)

let redis: FreshRedis
let gateway: RunningGateway
let direct: Redis

beforeAll(async () => {
  redis = await freshRedis()
  gateway = await runningGateway(new URL(redis.url))
  direct = new Redis(redis.url)
  await direct.mset({ text: UNICODE, ok: 'OK', empty: '', number: '9223372036854775807' })
  await direct.mset(Object.fromEntries(INDEXES.map((index) => [`n:${index}`, `value ${index}`])))
  await direct.set('large', LARGE)
  await direct.set('lease', '1', 'PX', 60_000)
  await direct.rpush('list', '3', '2', UNICODE, 'F0:1:2')
  await direct.hset('hash', { author: '12', body: UNICODE })
  await direct.sadd('set', 'a')
  await direct.zadd('scores', 1.5, 'a', 2, 'b')
  await direct.xadd('log', '1-0', 'tag', 'p:1', 'version', '2')
  await direct.xadd('log', '2-0', 'tag', 'u:1', 'version', '3')
})
afterAll(async () => {
  direct.disconnect()
  await gateway[Symbol.asyncDispose]()
  await redis[Symbol.asyncDispose]()
})

const INDEXES = Array.from({ length: 50 }, (_, index) => index)
const valueOf = (index: number) => (index < INDEXES.length ? `value ${index}` : null)

/** As the edge sets the SDK up; each of the two encodings is a run of its own. */
const client = (responseEncoding: false | 'base64', token = TOKEN) =>
  new Upstash({
    url: gateway.url,
    token,
    readYourWrites: false,
    enableTelemetry: false,
    enableAutoPipelining: false,
    automaticDeserialization: false,
    responseEncoding,
    retry: { retries: 0 },
    signal: () => AbortSignal.timeout(10_000),
  })

describe.each([['plain', false] as const, ['base64', 'base64'] as const])(
  'the Upstash SDK over the gateway, %s',
  (_name, encoding) => {
    it('reads strings, absent ones and empty ones', async () => {
      const upstash = client(encoding)
      expect(await upstash.get('text')).toBe(UNICODE)
      expect(await upstash.get('ok')).toBe('OK')
      expect(await upstash.get('empty')).toBe('')
      expect(await upstash.get('none')).toBeNull()
      expect(await upstash.get('number')).toBe('9223372036854775807')
      expect(await upstash.mget('text', 'none', 'empty')).toEqual([UNICODE, null, ''])
      expect(await upstash.getrange('ok', 0, 0)).toBe('O')
      expect(await upstash.strlen('empty')).toBe(0)
      expect(await upstash.exists('text', 'none')).toBe(1)
    })

    it('reads a value of a megabyte', async () => {
      expect(await client(encoding).get('large')).toBe(LARGE)
    })

    it('reads lists, sets, scores and times', async () => {
      const upstash = client(encoding)
      expect(await upstash.lrange('list', 0, -1)).toEqual(['3', '2', UNICODE, 'F0:1:2'])
      expect(await upstash.lrange('none', 0, -1)).toEqual([])
      expect(await upstash.lindex('list', -1)).toBe('F0:1:2')
      expect(await upstash.llen('list')).toBe(4)
      expect(await upstash.smembers('set')).toEqual(['a'])
      expect(await upstash.sismember('set', 'a')).toBe(1)
      expect(await upstash.zrange('scores', 0, -1, { rev: true })).toEqual(['b', 'a'])
      expect(await upstash.type('log')).toBe('stream')
      expect(await upstash.ttl('list')).toBe(-1)
      expect(await upstash.pttl('lease')).toBeGreaterThan(0)
      expect(await upstash.time()).toHaveLength(2)
      expect(await upstash.ping()).toBe('PONG')
    })

    it('reads hashes and streams, which stay the arrays that Redis sends', async () => {
      const upstash = client(encoding)
      const entry = (id: string, tag: string, version: string) => [
        id,
        ['tag', tag, 'version', version],
      ]
      expect(await upstash.hget('hash', 'body')).toBe(UNICODE)
      expect(await upstash.hexists('hash', 'none')).toBe(0)
      expect(await upstash.hgetall('hash')).toEqual(['author', '12', 'body', UNICODE])
      expect(await upstash.hmget('hash', 'body', 'none')).toEqual([UNICODE, null])
      expect(await upstash.xrange('log', '-', '+')).toEqual([
        entry('1-0', 'p:1', '2'),
        entry('2-0', 'u:1', '3'),
      ])
      expect(await upstash.xrevrange('log', '+', '-', 1)).toEqual([entry('2-0', 'u:1', '3')])
      expect(await upstash.xlen('log')).toBe(2)
    })

    it('keeps an error inside a pipeline in its place', async () => {
      const pipeline = client(encoding).pipeline().get('ok').get('list').lrange('list', 0, 0)
      expect(await pipeline.exec({ keepErrors: true })).toMatchObject([
        { result: 'OK' },
        { error: expect.stringMatching(/^WRONGTYPE/) },
        { result: ['3'] },
      ])
      await expect(client(encoding).get('list')).rejects.toThrow(/^WRONGTYPE/)
    })

    it('reads in a transaction', async () => {
      const transaction = client(encoding).multi().get('text').lrange('list', 0, 1).llen('list')
      expect(await transaction.exec()).toEqual([UNICODE, ['3', '2'], 4])
    })

    it('may not write, run scripts or flush, and nothing changes', async () => {
      const upstash = client(encoding)
      const before = await direct.dbsize()
      await expect(upstash.set('text', 'other')).rejects.toThrow(/NOPERM/)
      await expect(upstash.eval('return 1', [], [])).rejects.toThrow(/NOPERM/)
      await expect(upstash.flushall()).rejects.toThrow(/NOPERM/)
      await expect(upstash.pipeline().get('ok').del('ok').exec()).rejects.toThrow(/NOPERM/)
      await expect(upstash.multi().set('new', 1).exec()).rejects.toThrow(/NOPERM/)
      expect(await direct.dbsize()).toBe(before)
      expect(await direct.get('text')).toBe(UNICODE)
    })

    it('may do nothing with another token', async () => {
      await expect(client(encoding, 'a-token-of-somebody').get('ok')).rejects.toThrow(/WRONGPASS/)
    })

    it('never gets the answers of another pipeline that runs at once', async () => {
      const upstash = client(encoding)
      const pipeline = fc.array(fc.nat(60), { minLength: 1, maxLength: 30 })
      const pipelines = fc.array(pipeline, { minLength: 20, maxLength: 60 })
      const ask = (indexes: readonly number[], atOnce: boolean) => {
        const commands = atOnce ? upstash.multi() : upstash.pipeline()
        for (const index of indexes) commands.get(`n:${index}`)
        return commands.exec()
      }
      await fc.assert(
        fc.asyncProperty(pipelines, fc.boolean(), async (asked, mixed) => {
          const answers = await Promise.all(
            asked.map((indexes, place) => ask(indexes, mixed && place % 2 === 0)),
          )
          expect(answers).toEqual(asked.map((indexes) => indexes.map(valueOf)))
        }),
        { seed: SEED, numRuns: 15 },
      )
    })
  },
)

it('the SDK as it comes, which sends sync tokens and pipelines by itself, is served too', async () => {
  const upstash = new Upstash({ url: gateway.url, token: TOKEN })
  expect(await upstash.hgetall('hash')).toEqual({ author: 12, body: UNICODE })
  const [ok, length, none] = await Promise.all([
    upstash.get('ok'),
    upstash.llen('list'),
    upstash.get('none'),
  ])
  expect({ ok, length, none }).toEqual({ ok: 'OK', length: 4, none: null })
})
