import { createServer } from 'node:net'

export interface PortWish {
  readonly host: string
  /** As the operator wrote it; absent means that nobody asked for a certain port. */
  readonly asked: string | undefined
  readonly otherwise: number
  /** The variable to name when the port cannot be had. */
  readonly variable: string
}

/** A default that is taken moves to a free port; a port that was asked for is kept or refused. */
export async function choosePort({ host, asked, otherwise, variable }: PortWish): Promise<number> {
  if (asked === undefined || asked === '') {
    return (await isFree(otherwise, host)) ? otherwise : freePort(host)
  }
  const port = Number(asked)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Error(`${variable} must be a port between 1 and 65535.`)
  }
  if (!(await isFree(port, host))) {
    throw new Error(`${variable}=${port} is taken by another program. Choose another port.`)
  }
  return port
}

/**
 * A port that nobody listens on now, and that is not handed out again soon. It comes from below those that
 * systems give to outgoing connections (Linux from 32768, RFC 6335 from 49152), and each process begins at a
 * place of its own: until it is listened on, nobody else should be given it.
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let tried = 0; tried < PORTS; tried += 1) {
    const port = FIRST_PORT + next
    next = (next + 1) % PORTS
    if (await isFree(port, host)) return port
  }
  throw new Error(`No free port on ${host}.`)
}

const FIRST_PORT = 10_000
const PORTS = 22_500
/** So that processes with numbers next to each other are far apart. */
const PORTS_BETWEEN_PROCESSES = 89
let next = (process.pid * PORTS_BETWEEN_PROCESSES) % PORTS

export async function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false)
      else reject(error)
    })
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
