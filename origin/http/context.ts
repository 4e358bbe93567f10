import type { Context } from 'hono'
import type { IncomingMessage } from 'node:http'
import type { Identity } from '../auth/authenticate.ts'
import type { Answering } from './answer.ts'

/** What middleware knows of a request before its handler runs. */
export interface OriginEnv {
  /** Absent where a test calls the app without a server. */
  Bindings: { readonly incoming?: IncomingMessage }
  Variables: {
    requestId: string
    answering: Answering
    /** Absent: nobody is signed in, and the page is public. */
    identity: Identity | undefined
  }
}

export type OriginContext = Context<OriginEnv>
