import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { postgresPool } from '../../../../origin/adapters/postgres/pool.ts'
import { freshDatabase } from '../../../support/postgres.ts'

/** A message of the protocol: its letter, its length with itself, its body. */
function message(letter: string, body: readonly number[]): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(4 + body.length)
  return Buffer.concat([Buffer.from(letter), length, Buffer.from(body)])
}

/** What a broken server, or whoever else has its port, may answer. The parser throws at the first two. */
const GARBAGE = [
  message('D', [0x7f, 0xff, 0, 0, 0, 1, 0]),
  message('T', [0x7f, 0xff, 0x41, 0]),
  message('\u0001', [1, 2, 3]),
  Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
]

it('outlives what no Postgres sends, and is there again after it', async () => {
  await using database = await freshDatabase()
  const url = new URL(database.url)
  const target = { host: url.hostname, port: Number(url.port) }
  let garbage: Buffer | undefined
  const line = createServer((client) => {
    const upstream = connect(target)
    const end = () => void (client.destroy(), upstream.destroy())
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end)
    client.pipe(upstream)
    upstream.on('data', (chunk) => client.write(garbage ?? chunk))
  })
  await once(line.listen(0, '127.0.0.1'), 'listening')
  url.port = String((line.address() as AddressInfo).port)
  const pool = postgresPool(url.href, {
    max: 1,
    statementTimeoutMs: 200,
    applicationName: 'under-test',
  })

  try {
    for (const bytes of GARBAGE) {
      expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
      garbage = bytes
      await expect(pool.query('select 2 as two')).rejects.toThrow(/./)
      garbage = undefined
    }
    expect((await pool.query('select 3 as three')).rows).toEqual([{ three: 3 }])
  } finally {
    await pool.end()
    line.close()
  }
})
