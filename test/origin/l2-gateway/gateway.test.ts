import { once } from 'node:events'
import { connect } from 'node:net'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshRedis, type FreshRedis } from '../../support/redis.ts'
import { redisProxy, type RedisProxy } from './redis-proxy.ts'
import { runningGateway, TOKEN, type RunningGateway } from './running-gateway.ts'

let redis: FreshRedis
let proxy: RedisProxy
let gateway: RunningGateway
beforeAll(async () => {
  redis = await freshRedis()
  const client = new Redis(redis.url)
  await client.set('k', 'v')
  await client.set('large', 'x'.repeat(50_000))
  await client.quit()
  proxy = await redisProxy(redis.port)
  gateway = await runningGateway(proxy.url, { bodyBytesMax: 10_000, replyBytesMax: 100_000 })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
  await redis[Symbol.asyncDispose]()
})

const raw = (path: string, init: RequestInit) => fetch(gateway.url + path, init)

describe('the gateway, asked wrongly', () => {
  const json = { 'content-type': 'application/json' }

  it.each([
    ['no token', {}],
    ['another token', { authorization: 'Bearer another-token-of-tests' }],
    ['a longer token', { authorization: `Bearer ${TOKEN}x` }],
    ['the token as a password', { authorization: `Basic ${TOKEN}` }],
    ['an empty token', { authorization: 'Bearer ' }],
  ])('answers 401 to %s', async (_what, headers) => {
    const before = proxy.sent()
    const response = await raw('/pipeline', {
      method: 'POST',
      headers: { ...json, ...headers },
      body: '[["get","k"]]',
    })
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual({ error: 'WRONGPASS invalid or missing auth token' })
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(proxy.sent()).toBe(before)
  })

  it.each([
    ['malformed JSON', '/pipeline', '[["get","k"]'],
    ['an object', '/pipeline', '{"command":"get"}'],
    ['a single command at the pipeline', '/pipeline', '["get","k"]'],
    ['a pipeline at the single command', '/', '[["get","k"]]'],
    ['an empty body', '/', ''],
    ['a write', '/', '["SET","k","other"]'],
    ['a write in lower case', '/pipeline', '[["get","k"],["flushall"]]'],
    ['a script', '/pipeline', '[["EVAL","return 1",0]]'],
    ['a read-only script', '/multi-exec', '[["eval_ro","return 1",0]]'],
    ['a command inside a name', '/', '["get\\r\\nset","k","other"]'],
  ])('answers 400 to %s and sends Redis nothing', async (_what, path, body) => {
    const before = proxy.sent()
    const { status, json: answer, cacheControl } = await gateway.post(path, body)
    expect(status).toBe(400)
    expect(answer).toEqual({ error: expect.any(String) })
    expect(cacheControl).toBe('no-store')
    expect(proxy.sent()).toBe(before)
  })

  it('answers 400 to bytes that are not UTF-8', async () => {
    const body = Buffer.concat([Buffer.from('["get","'), Buffer.of(0xff), Buffer.from('"]')])
    expect((await gateway.post('/', body)).status).toBe(400)
  })

  it('answers 400 to another content type, and takes any charset', async () => {
    const typed = (type: string) => gateway.post('/', ['get', 'k'], { 'content-type': type })
    expect((await typed('text/plain')).status).toBe(400)
    expect((await typed('application/jsonp')).status).toBe(400)
    expect((await typed('application/json;charset=UTF-8')).json).toEqual({ result: 'v' })
    expect((await typed('Application/JSON ; charset="utf-8"')).json).toEqual({ result: 'v' })
  })

  it('answers 413 to a body beyond its bound, and goes on', async () => {
    const { status, json: answer } = await gateway.post('/', ['get', 'x'.repeat(10_000)])
    expect(status).toBe(413)
    expect(answer).toEqual({ error: expect.stringContaining('10000 bytes') })
    expect((await gateway.post('/', ['get', 'k'])).json).toEqual({ result: 'v' })
  })

  it('does not read on what is too large', async () => {
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
    socket.on('error', () => undefined)
    const head = `POST / HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-type: application/json\r\n`
    socket.write(`${head}content-length: 1000000000\r\n\r\n${' '.repeat(20_000)}`)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 [^]*connection: close/i)
    // Its body has 980,000,000 bytes to go; that the socket ends shows that nobody waits for them.
    await once(socket, 'close')
  })

  it('answers 400 when the answer would be too large, and stays in step', async () => {
    const twice = [
      ['get', 'large'],
      ['get', 'large'],
      ['get', 'k'],
    ]
    const { status, json: answer } = await gateway.post('/pipeline', twice)
    expect(status).toBe(400)
    expect(answer).toEqual({ error: expect.stringContaining('larger than 100000 bytes') })
    expect((await gateway.post('/pipeline', [['get', 'k']])).json).toEqual([{ result: 'v' }])
  })

  it.each([
    ['DELETE', '/', 405],
    ['PATCH', '/pipeline', 405],
    ['GET', '/pipeline', 405],
    ['POST', '/subscribe/c', 404],
    ['POST', '/healthz', 404],
    ['GET', '/get/k', 404],
    ['HEAD', '/nothing', 404],
  ])('answers %s %s with %i', async (method, path, status) => {
    const headers = { ...json, authorization: `Bearer ${TOKEN}` }
    const response = await raw(path, { method, headers })
    expect(response.status).toBe(status)
    expect(response.headers.get('cache-control')).toBe('no-store')
    await response.arrayBuffer()
  })

  it('answers what is not HTTP without letting a cache keep it', async () => {
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
    socket.end('nonsense\r\n\r\n')
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 [^]*cache-control: no-store/)
  })

  it('survives a client that leaves in the middle of its body', async () => {
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
    const head = `POST / HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-type: application/json\r\n`
    socket.write(`${head}content-length: 100\r\n\r\n["get"`, () => socket.destroy())
    await once(socket, 'close')
    expect((await gateway.post('/', ['get', 'k'])).json).toEqual({ result: 'v' })
  })
})

describe('the gateway, asked well', () => {
  it('greets, lives and is ready', async () => {
    for (const path of ['/', '/healthz', '/readyz']) {
      const response = await raw(path, {})
      expect(response.status).toBe(200)
      expect(response.headers.get('cache-control')).toBe('no-store')
      await response.arrayBuffer()
    }
  })

  it('answers an empty pipeline with nothing', async () => {
    expect((await gateway.post('/pipeline', [])).json).toEqual([])
    expect((await gateway.post('/multi-exec', [])).json).toEqual([])
  })

  it('ignores Accept-Encoding', async () => {
    const response = await raw('/', {
      method: 'POST',
      headers: { ...json(), 'accept-encoding': 'gzip, br' },
      body: '["get","large"]',
    })
    expect(response.headers.get('content-encoding')).toBeNull()
    expect(await response.json()).toEqual({ result: 'x'.repeat(50_000) })
  })

  it('keeps its connection over many requests', async () => {
    for (let count = 0; count < 20; count += 1) await gateway.post('/', ['get', 'k'])
    expect(proxy.connections()).toBe(1)
  })

  it('reads the same from a Redis that answers in crumbs', async () => {
    const whole = proxy.reply
    proxy.reply = (chunk, socket) => {
      for (const byte of chunk) socket.write(Buffer.of(byte))
    }
    const { json: answer } = await gateway.post('/pipeline', [
      ['get', 'k'],
      ['mget', 'k', 'none'],
      ['llen', 'k'],
    ])
    proxy.reply = whole
    expect(answer).toEqual([
      { result: 'v' },
      { result: ['v', null] },
      { error: expect.stringMatching(/^WRONGTYPE/) },
    ])
  })

  it('says nothing of keys, values and tokens in its log', () => {
    const log = gateway.logged.join('\n')
    expect(log).not.toContain(TOKEN)
    expect(log).not.toMatch(/large|xxx/)
  })
})

const json = () => ({ 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` })
