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

/** A port that nobody listens on now. Ports handed out before are not handed out again. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (;;) {
    const port = await listenOnce(0, host)
    if (port === undefined) throw new Error(`No free port on ${host}.`)
    if (handedOut.has(port)) continue
    handedOut.add(port)
    return port
  }
}

const handedOut = new Set<number>()

export async function isFree(port: number, host: string): Promise<boolean> {
  return (await listenOnce(port, host)) !== undefined
}

async function listenOnce(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined)
      else reject(error)
    })
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined))
    })
  })
}
