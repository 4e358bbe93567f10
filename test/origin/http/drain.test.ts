import { Agent, get, type IncomingMessage } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { serve } from '../../../origin/http/serve.ts'

async function aServer() {
  const server = await serve(() => new Response('ok'), { host: '127.0.0.1', port: 0 })
  onTestFinished(() => server[Symbol.asyncDispose]())
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  const request = () =>
    new Promise<IncomingMessage>((resolve, reject) => {
      get(server.url, { agent }, (answer) => {
        answer.resume().once('end', () => resolve(answer))
      }).once('error', reject)
    })
  return { server, request }
}

const LONG_MS = 20_000

describe('a server that drains', () => {
  it('answers over a connection that is kept, and asks to connect anew', async () => {
    const { server, request } = await aServer()
    expect((await request()).headers.connection).not.toBe('close')
    const drained = server.drain({ forMs: LONG_MS, isAccepting: false })

    expect((await request()).headers.connection).toBe('close')
    // Well before its time: the only client has gone.
    await drained
    await expect(request()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('accepts new clients meanwhile where nobody else does', async () => {
    const { server, request } = await aServer()
    const drained = server.drain({ forMs: 200, isAccepting: true })
    expect((await request()).headers.connection).toBe('close')
    expect((await request()).headers.connection).toBe('close')
    await drained
  })
})
