import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Counts the bytes of answers that clients have not taken yet, and forgets those of a socket that is gone. */
export function unsentBytes(server: Server): {
  total(): number
  sending(response: ServerResponse, bytes: number): void
} {
  const bySocket = new Map<Socket, number>()
  let total = 0

  function add(socket: Socket, bytes: number): void {
    const before = bySocket.get(socket)
    if (before === undefined) return
    bySocket.set(socket, before + bytes)
    total += bytes
  }

  server.on('connection', (socket) => {
    bySocket.set(socket, 0)
    // By socket, since an answer that waits behind another one on it ends without an event of its own.
    socket.once('close', () => {
      total -= bySocket.get(socket) ?? 0
      bySocket.delete(socket)
    })
  })

  return {
    total: () => total,
    sending(response, bytes) {
      const { socket } = response.req
      add(socket, bytes)
      response.once('finish', () => add(socket, -bytes))
    },
  }
}
