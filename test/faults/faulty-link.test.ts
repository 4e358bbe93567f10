import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { until } from '../support/until.ts'
import { faultyLink, type FaultyLink, type LinkMode } from './faulty-link.ts'

describe('a faulty link', () => {
  it('lets bytes through in both directions, and counts them', async () => {
    const link = await toEcho()
    expect(await said(link, 'hello')).toEqual({ text: 'hello', end: 'open' })
    expect(link.traffic()).toEqual({ connections: 1, bytesThere: 5, bytesBack: 5, faults: 0 })
  })

  it.each<readonly [LinkMode, { text: string | RegExp; end: string }]>([
    [{ is: 'refuse' }, { text: '', end: 'ECONNREFUSED' }],
    [{ is: 'black-hole' }, { text: '', end: 'open' }],
    [{ is: 'reset' }, { text: /^(he)?$/, end: 'ECONNRESET' }],
    [{ is: 'garbage' }, { text: /^(?!hello)/, end: 'open' }],
  ])('does to new connections what it became: %o', async (mode, { text, end }) => {
    const link = await toEcho()
    await link.become(mode)
    const got = await said(link, 'hello')
    expect(got.text).toMatch(text)
    expect(got.end).toBe(end)
    // Who is refused never reaches us.
    expect(link.traffic().faults > 0).toBe(mode.is !== 'refuse')

    await link.become({ is: 'open' })
    expect(await said(link, 'hello')).toEqual({ text: 'hello', end: 'open' })
  })

  it('keeps answers back for as long as it was told', async () => {
    const link = await toEcho()
    await link.become({ is: 'slow', delayMs: 120 })
    const startedAt = performance.now()
    expect((await said(link, 'hello')).text).toBe('hello')
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(119)
  })

  it('ends connections that were there when it refuses, and those with a hole when it is repaired', async () => {
    const link = await toEcho()
    for (const mode of ['refuse', 'black-hole'] as const) {
      const socket = connect(link.port, '127.0.0.1')
      socket.on('error', () => undefined)
      await once(socket, 'connect')
      const closed = new Promise((resolve) => socket.once('close', resolve))
      await link.become({ is: mode })
      if (mode === 'black-hole') {
        const swallowed = link.traffic().faults
        socket.write('lost')
        await until(() => link.traffic().faults > swallowed)
      }
      await link.become({ is: 'open' })
      await closed
      expect(socket.destroyed).toBe(true)
    }
  })
})

async function toEcho(): Promise<FaultyLink> {
  const echo = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.pipe(socket)
  }).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  const link = await faultyLink({ to: () => (echo.address() as AddressInfo).port })
  onTestFinished(async () => {
    await link[Symbol.asyncDispose]()
    echo.close()
  })
  return link
}

/** What comes back within a moment, and how the connection stands then. */
async function said(link: FaultyLink, words: string): Promise<{ text: string; end: string }> {
  const socket = connect(link.port, '127.0.0.1')
  let text = ''
  let end = 'open'
  socket.setEncoding('latin1').on('data', (more: string) => (text += more))
  socket.on('error', (error: NodeJS.ErrnoException) => (end = error.code ?? 'error'))
  socket.write(words)
  await until(() => text.length >= words.length || socket.destroyed, 400).catch(() => undefined)
  socket.destroy()
  return { text, end }
}
