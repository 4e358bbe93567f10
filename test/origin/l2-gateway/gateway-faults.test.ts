import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { freshRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'
import { redisProxy } from './redis-proxy.ts'
import { listeningGateway, post, runningGateway, TOKEN } from './running-gateway.ts'

const AWAY = { error: 'ERR A backing store did not answer' }

async function set(url: string, key: string, value: string): Promise<void> {
  const client = new Redis(url)
  await client.set(key, value)
  await client.quit()
}

describe('the gateway, when Redis fails', () => {
  it('fails the requests whose replies were cut, sends none again, and comes back', async () => {
    await using redis = await freshRedis()
    await using proxy = await redisProxy(redis.port)
    await using gateway = await runningGateway(proxy.url)
    await set(redis.url, 'large', 'x'.repeat(200_000))
    const whole = proxy.reply
    proxy.reply = (chunk, socket) => {
      proxy.reply = whole
      socket.write(chunk.subarray(0, 1_000), () => socket.destroy())
    }

    const asked = [
      ['get', 'large'],
      ['get', 'after-the-cut'],
    ]
    expect(await gateway.post('/pipeline', asked)).toMatchObject({ status: 500, json: AWAY })
    await until(async () => (await gateway.post('/', ['get', 'k'])).status === 200)

    expect(proxy.sent().match(/after-the-cut/g)).toHaveLength(1)
    expect(proxy.connections()).toBe(2)
  })

  it('answers at once while Redis is dead, and again when it is back', async () => {
    await using redis = await freshRedis()
    await using gateway = await runningGateway(new URL(redis.url))
    await redis.kill()
    await until(async () => (await gateway.post('/', ['get', 'k'])).status === 500)

    const startMs = performance.now()
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => gateway.post('/pipeline', [['get', 'k']])),
    )
    // Far below any deadline: nothing waits for a connection.
    expect(performance.now() - startMs).toBeLessThan(2_000)
    for (const answer of answers) expect(answer).toMatchObject({ status: 500, json: AWAY })
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(503)
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200)

    await redis.start()
    await set(redis.url, 'k', 'back')
    await until(async () => (await gateway.post('/', ['get', 'k'])).status === 200)
    expect((await gateway.post('/', ['get', 'k'])).json).toEqual({ result: 'back' })
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200)
  })

  it('gives up on a Redis that hangs, and finds it again', async () => {
    await using redis = await freshRedis()
    await using gateway = await runningGateway(new URL(redis.url), {
      deadlineMs: 100,
      stallMs: 200,
      connectDeadlineMs: 200,
    })
    redis.pause()
    expect(await gateway.post('/', ['get', 'k'])).toMatchObject({ status: 500, json: AWAY })
    await until(() => gateway.logged.some((line) => line.includes('redis stalled')))
    // Connected to the kernel's queue, but not greeted: still away, without waiting for a deadline.
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(503)
    redis.resume()
    await until(async () => (await fetch(`${gateway.url}/readyz`)).ok)
    expect((await gateway.post('/', ['get', 'k'])).json).toEqual({ result: null })
  })

  it('lets a late answer go to nobody', async () => {
    await using redis = await freshRedis()
    await using proxy = await redisProxy(redis.port)
    await using gateway = await runningGateway(proxy.url, { deadlineMs: 100, stallMs: 60_000 })
    await set(redis.url, 'a', 'of a')
    await set(redis.url, 'b', 'of b')
    const held: (() => void)[] = []
    const whole = proxy.reply
    proxy.reply = (chunk, socket) => void held.push(() => socket.write(chunk))
    expect((await gateway.post('/', ['get', 'a'])).status).toBe(500)
    proxy.reply = whole
    for (const release of held) release()
    expect((await gateway.post('/', ['get', 'b'])).json).toEqual({ result: 'of b' })
    expect(proxy.connections()).toBe(1)
  })

  it('gives up on a peer that is no Redis, and does not pass on what it says', async () => {
    await using redis = await freshRedis()
    await using proxy = await redisProxy(redis.port)
    await using gateway = await runningGateway(proxy.url)
    const whole = proxy.reply
    proxy.reply = (_chunk, socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')
    expect(await gateway.post('/', ['get', 'k'])).toMatchObject({ status: 500, json: AWAY })
    proxy.reply = whole
    await until(async () => (await fetch(`${gateway.url}/readyz`)).ok)
  })

  it('signs in, picks the database, and is not ready with a wrong password', async () => {
    await using redis = await freshRedis()
    const client = new Redis(redis.url, { db: 3 })
    await client.set('k', 'of three')
    await client.config('SET', 'requirepass', 'p@ss/word')
    await client.quit()
    const address = (password: string) =>
      new URL(`redis://:${encodeURIComponent(password)}@127.0.0.1:${redis.port}/3`)

    await using gateway = await runningGateway(address('p@ss/word'))
    expect((await gateway.post('/', ['get', 'k'])).json).toEqual({ result: 'of three' })

    await using stranger = await listeningGateway(address('wrong'))
    await until(() => stranger.logged.some((line) => line.includes('refused the greeting')))
    expect(await stranger.post('/', ['get', 'k'])).toMatchObject({ status: 500, json: AWAY })
    expect(stranger.logged.join('\n')).not.toMatch(/wrong|word/)
  })
})

describe('the gateway, when a client does not take its answers', () => {
  it('turns others away beyond its bound, and forgets the client with its socket', async () => {
    await using redis = await freshRedis()
    await using gateway = await runningGateway(new URL(redis.url), { unsentBytesMax: 1_000_000 })
    // More than the kernel takes off the gateway's hands.
    await set(redis.url, 'large', 'x'.repeat(15_000_000))
    const body = '["get","large"]'
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1').pause()
    socket.write(
      `POST / HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\n` +
        `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
    await until(async () => (await gateway.post('/', ['get', 'k'])).status === 500)
    expect((await gateway.post('/', ['get', 'k'])).json).toEqual({
      error: 'ERR Too much at once; try again',
    })
    socket.destroy()
    await until(async () => (await gateway.post('/', ['get', 'k'])).status === 200)
  })
})

describe('the gateway as a process', () => {
  const start = (env: Record<string, string>) =>
    spawn(process.execPath, ['origin/l2-gateway/main.ts'], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })

  it('answers what it has begun when it is told to end, and exits with 0', async () => {
    await using redis = await freshRedis()
    await using proxy = await redisProxy(redis.port)
    const child = start({ L2_REDIS_URL: proxy.url.href, L2_PORT: '0', L2_TOKEN: TOKEN })
    const lines: string[] = []
    createInterface(child.stdout).on('line', (line) => lines.push(line))
    const url = await until(() => /"url":"([^"]+)"/.exec(lines.join('\n'))?.[1])
    await until(async () => (await fetch(`${url}/readyz`)).ok)

    const held: (() => void)[] = []
    proxy.reply = (chunk, socket) => void held.push(() => socket.write(chunk))
    const asked = post(`${url}/`, ['get', 'k'])
    await until(() => held.length > 0)
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await until(() => lines.join('\n').includes('draining'))
    for (const release of held) release()

    expect(await asked).toMatchObject({ status: 200, json: { result: null } })
    expect(await exited).toEqual([0, null])
    await expect(fetch(`${url}/healthz`)).rejects.toThrow(/fetch failed/)
    expect(lines.join('\n')).not.toContain(TOKEN)
  })

  it('does not start without a token, and names the key alone', async () => {
    const child = start({ L2_REDIS_URL: 'redis://:secret@127.0.0.1:1', L2_TOKEN: 'short' })
    let errors = ''
    child.stderr.on('data', (chunk) => (errors += String(chunk)))
    const [code] = (await once(child, 'exit')) as [number]
    expect(code).toBe(1)
    expect(errors).toContain('AppError: L2_TOKEN: too_small')
    expect(errors).not.toMatch(/secret|short/)
  })
})
