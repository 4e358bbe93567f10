import type { Context } from 'hono'
import type { Identity } from '../auth/authenticate.ts'

/** What middleware knows of a request before its handler runs. */
export interface OriginEnv {
  Variables: {
    requestId: string
    /** Absent: nobody is signed in, and the page is public. */
    identity: Identity | undefined
  }
}

export type OriginContext = Context<OriginEnv>
