import { Agent, request } from 'node:http'

export interface Asking extends Disposable {
  /** The body of a good answer. Rejects on any other. */
  ask(path: string, headers: Readonly<Record<string, string>>, body?: string): Promise<string>
}

/** One connection that is kept: whoever measures milliseconds must not spend them on being a client. */
export function asking(port: number): Asking {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return {
    ask: (path, headers, body) =>
      new Promise((resolve, reject) => {
        const method = body === undefined ? 'GET' : 'POST'
        const asked = request(
          { host: '127.0.0.1', port, path, method, agent, headers },
          (answer) => {
            const { statusCode = 0 } = answer
            let text = ''
            answer.setEncoding('utf8').on('data', (more: string) => (text += more))
            answer.once('end', () =>
              statusCode < 300
                ? resolve(text)
                : reject(new Error(`${path}: ${statusCode} ${text}`)),
            )
          },
        )
        asked.once('error', reject)
        asked.end(body)
      }),
    [Symbol.dispose]: () => agent.destroy(),
  }
}
