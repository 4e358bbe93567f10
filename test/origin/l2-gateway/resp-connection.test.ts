import { duplexPair, type Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { jsonReplies } from '../../../origin/l2-gateway/json-replies.ts'
import {
  respConnection,
  type ConnectionLimits,
} from '../../../origin/l2-gateway/resp-connection.ts'
import { until } from '../../support/until.ts'

const LIMITS: ConnectionLimits = {
  deadlineMs: 20,
  stallMs: 60_000,
  waitingMax: 3,
  waitingBytesMax: 100,
}

/** A connection whose other end, and whose clock, the test holds. */
function connection(limits: Partial<ConnectionLimits> = {}) {
  const [socket, redis] = duplexPair()
  let nowMs = 0
  const writes: string[] = []
  redis.on('data', (chunk: Buffer) => writes.push(chunk.toString()))
  const resp = respConnection(socket, { ...LIMITS, ...limits, now: () => nowMs })
  const ask = (request: string, replies = 1) => {
    const sink = jsonReplies({ base64: false, bytesMax: 10_000 })
    return resp.send(request, replies, sink).then(() => sink.text())
  }
  return { resp, redis, writes, ask, later: (ms: number) => (nowMs += ms) }
}

const say = (redis: Duplex, text: string): boolean => redis.write(text)

describe('a connection to Redis', () => {
  it('gives each request its own replies, in order', async () => {
    const { redis, writes, ask } = connection()
    const answers = [ask('one', 2), ask('two'), ask('three')]
    await until(() => writes.join('') === 'onetwothree')
    say(redis, ':1\r\n:2\r')
    say(redis, '\n:3\r\n')
    say(redis, ':4\r\n')
    expect(await Promise.all(answers)).toEqual([
      '{"result":1},{"result":2}',
      '{"result":3}',
      '{"result":4}',
    ])
  })

  it('writes a request as a whole', async () => {
    const { writes, ask, redis } = connection()
    const answer = ask('*1\r\n$4\r\nping\r\n'.repeat(3), 3)
    await until(() => writes.length > 0)
    expect(writes).toEqual(['*1\r\n$4\r\nping\r\n'.repeat(3)])
    say(redis, '+PONG\r\n'.repeat(3))
    await answer
  })

  it('throws the replies of an expired request away and keeps the next ones apart', async () => {
    const { redis, ask, later } = connection()
    const late = ask('late', 2)
    say(redis, ':1\r\n')
    later(25)
    await expect(late).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    const next = ask('next')
    say(redis, ':2\r\n:3\r\n')
    expect(await next).toBe('{"result":3}')
  })

  it('is given up when Redis says nothing for too long', async () => {
    const { resp, ask, later, writes } = connection({ stallMs: 50 })
    const asked = ask('one')
    later(55)
    await expect(asked).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(await resp.lost).toBe('redis stalled')
    await expect(ask('two')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(writes.join('')).not.toContain('two')
  })

  it('fails all that wait when it is lost, without a word to the next request', async () => {
    const { resp, redis, ask } = connection()
    const answers = [ask('one'), ask('two')]
    say(redis, '$10\r\nhalf')
    redis.end()
    for (const answer of answers) {
      await expect(answer).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    }
    await resp.lost
  })

  it.each([
    ['a reply that nobody asked for', ':1\r\n:2\r\n'],
    ['what is not RESP', 'HTTP/1.1 200 OK\r\n'],
  ])('is given up on %s', async (_what, bytes) => {
    const { resp, redis, ask } = connection()
    const settled = Promise.allSettled([ask('one')])
    say(redis, bytes)
    expect(await resp.lost).toMatch(/^redis broke the protocol/)
    await settled
  })

  it('refuses what is too much at once, before it is written', async () => {
    const { ask, redis, writes } = connection()
    const waiting = [ask('a'), ask('b'), ask('c')]
    await expect(ask('many')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    say(redis, ':1\r\n'.repeat(3))
    await Promise.all(waiting)
    await expect(ask('x'.repeat(101))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    const last = ask('last')
    say(redis, ':1\r\n')
    await last
    expect(writes.join('')).toBe('abclast')
  })
})
