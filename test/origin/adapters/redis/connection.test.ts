import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { isReadyWithin, redisConnection } from '../../../../origin/adapters/redis/connection.ts'
import { freshRedis } from '../../../support/redis.ts'

/** What a broken node, or whoever else has its port, may answer. The client's parser throws at the first two. */
const GARBAGE = [
  '*99999999999\r\n',
  '*1\r\n'.repeat(20_000),
  '*\x01\x02\r\n',
  '$-7\r\nab\r\n',
  'HTTP/1.1 400',
]

it('outlives what is no RESP, and is there again after it', async () => {
  await using server = await freshRedis()
  const target = Number(new URL(server.url).port)
  let garbage: string | undefined
  const line = createServer((client) => {
    const upstream = connect({ host: '127.0.0.1', port: target })
    const end = () => void (client.destroy(), upstream.destroy())
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end)
    client.pipe(upstream)
    upstream.on('data', (chunk) => client.write(garbage ?? chunk))
  })
  await once(line.listen(0, '127.0.0.1'), 'listening')
  const { port } = line.address() as AddressInfo
  const errors: Error[] = []
  const redis = redisConnection({
    url: `redis://127.0.0.1:${port}`,
    name: 'under-test',
    onError: (error) => void errors.push(error),
    deadlineMs: 200,
  })

  try {
    for (const words of GARBAGE) {
      expect(await isReadyWithin(redis, 10_000)).toBe(true)
      garbage = words
      const closed = new Promise((resolve) => redis.once('close', resolve))
      const answer = await redis.get('nothing').catch(() => 'refused')
      // Some of it reads as an answer. Where nobody can tell where the next one begins, the connection ends.
      if (answer === 'refused') await closed
      garbage = undefined
    }
    expect(await isReadyWithin(redis, 10_000)).toBe(true)
    expect(await redis.get('nothing')).toBe(null)
    expect(errors.filter((error) => error instanceof RangeError)).toHaveLength(2)
  } finally {
    redis.disconnect()
    line.close()
  }
})
