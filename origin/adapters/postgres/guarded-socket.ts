import { Socket } from 'node:net'

/**
 * The driver's parser throws at some of what no Postgres sends, a row that is shorter than it says for one, in
 * the socket's own event, where nobody can catch it: that would end the process. Here it ends the connection.
 * With TLS the driver reads from a socket of its own around this one, which no garbage passes.
 */
export function guardedSocket(): Socket {
  const socket = new Socket()
  const emit = socket.emit.bind(socket) as (event: string, ...args: unknown[]) => boolean
  socket.emit = (event: string, ...args: unknown[]): boolean => {
    if (event !== 'data') return emit(event, ...args)
    try {
      return emit(event, ...args)
    } catch (error) {
      socket.destroy(error instanceof Error ? error : new Error(String(error)))
      return true
    }
  }
  return socket
}
