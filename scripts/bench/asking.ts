import { once } from 'node:events'
import { connect } from 'node:net'
import { answersOf, getRequest, postRequest } from './wire.ts'

export interface Asking extends Disposable {
  /** The body of a good answer. Rejects on any other. One is under way at a time. */
  ask(path: string, headers: Readonly<Record<string, string>>, body?: string): Promise<string>
}

interface Answered {
  readonly isGood: boolean
  readonly text: string
}

/** One connection that is kept, and no more of HTTP: whoever measures milliseconds must not spend them on being a client. */
export async function asking(port: number): Promise<Asking> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  let chunks: Buffer[] = []
  let waiting: PromiseWithResolvers<Answered> | undefined
  const take = answersOf('http', (isGood) => {
    const bytes = Buffer.concat(chunks)
    chunks = []
    const text = bytes.toString('utf8', bytes.indexOf('\r\n\r\n') + 4)
    waiting?.resolve({ isGood, text })
  })
  socket.on('data', (chunk) => {
    chunks.push(chunk)
    take(chunk)
  })
  socket.on('close', () => waiting?.reject(new Error('the server closed the connection')))
  return {
    async ask(path, headers, body) {
      waiting = Promise.withResolvers()
      socket.write(
        body === undefined ? getRequest(path, headers) : postRequest(path, body, headers),
      )
      const { isGood, text } = await waiting.promise
      if (!isGood) throw new Error(`${path}: ${text}`)
      return text
    },
    [Symbol.dispose]: () => socket.destroy(),
  }
}
