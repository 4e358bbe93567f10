/** A request that is answered without asking Redis. The message is sent: it quotes no value and no token. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: 400 | 401 | 404 | 405 | 413

  constructor(status: Refusal['status'], message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.status = status
  }
}
