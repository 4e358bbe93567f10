import type { Context } from 'hono'
import type { IncomingMessage } from 'node:http'
import type { Identity } from '../auth/authenticate.ts'

/** What middleware knows of a request before its handler runs. */
export interface OriginEnv {
  /** Absent where a test calls the app without a server. */
  Bindings: { readonly incoming?: IncomingMessage }
  Variables: {
    requestId: string
    /** Absent: nobody is signed in, and the page is public. */
    identity: Identity | undefined
  }
}

export type OriginContext = Context<OriginEnv>
