import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { choosePort, freePort } from '../../../scripts/local/ports.ts'

const host = '127.0.0.1'

describe('a port', () => {
  it('is the default when that is free', async () => {
    const otherwise = await freePort()

    expect(await choosePort({ host, asked: undefined, otherwise, variable: 'PORT' })).toBe(
      otherwise,
    )
  })

  it('moves when the default is taken', async () => {
    await using taken = await listener()
    const port = await choosePort({ host, asked: '', otherwise: taken.port, variable: 'PORT' })

    expect(port).not.toBe(taken.port)
  })

  it('is refused by name when it was asked for and is taken', async () => {
    await using taken = await listener()
    const asked = String(taken.port)

    await expect(choosePort({ host, asked, otherwise: 1, variable: 'EDGE_PORT' })).rejects.toThrow(
      `EDGE_PORT=${asked} is taken`,
    )
  })

  it.each(['0', '65536', '80x', '-1', '1.5'])('is not %s', async (asked) => {
    await expect(choosePort({ host, asked, otherwise: 1, variable: 'PORT' })).rejects.toThrow(
      'PORT must be a port',
    )
  })
})

async function listener() {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('no port')
  return {
    port: address.port,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
