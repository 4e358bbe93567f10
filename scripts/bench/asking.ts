import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { getRequest, postRequest } from './wire.ts'

export interface Asking extends Disposable {
  /** The body of a good answer. Rejects on any other. One is under way at a time. */
  ask(path: string, headers: Readonly<Record<string, string>>, body?: string): Promise<string>
}

/** One connection that is kept, and no more of HTTP: whoever measures milliseconds must not spend them on being a client. */
export async function asking(port: number): Promise<Asking> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  return {
    async ask(path, headers, body) {
      const answered = answerOf(socket)
      socket.write(
        body === undefined ? getRequest(path, headers) : postRequest(path, body, headers),
      )
      const { isGood, text } = await answered
      if (!isGood) throw new Error(`${path}: ${text}`)
      return text
    },
    [Symbol.dispose]: () => socket.destroy(),
  }
}

/** The next answer on the connection. Rejects when it ends before. */
function answerOf(socket: Socket): Promise<{ readonly isGood: boolean; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytesLeft: number | undefined
    const settle = () => {
      socket.off('data', onData).off('close', onClose)
      const text = Buffer.concat(chunks).toString()
      resolve({ isGood: text[9] === '2', text: text.slice(text.indexOf('\r\n\r\n') + 4) })
    }
    const onClose = () => reject(new Error('the server closed the connection'))
    const onData = (chunk: Buffer) => {
      chunks.push(chunk)
      bytesLeft =
        bytesLeft === undefined ? bytesAfter(Buffer.concat(chunks)) : bytesLeft - chunk.length
      if (bytesLeft !== undefined && bytesLeft <= 0) settle()
    }
    socket.on('data', onData).once('close', onClose)
  })
}

/** How much is still to come after these bytes; `undefined`: not even the head is whole. */
function bytesAfter(bytes: Buffer): number | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd === -1) return undefined
  const length = /\r\ncontent-length: *(\d+)/i.exec(bytes.toString('latin1', 0, headEnd))?.[1]
  return headEnd + 4 + Number(length ?? 0) - bytes.length
}
