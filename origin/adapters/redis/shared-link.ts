import { claimRounds, type ClaimTogether } from './claim-rounds.ts'
import type { SessionLink } from './session-link.ts'

/** What a session has of the link: until it lets go, or the link is dead for all who share it. */
export interface LinkShare extends Pick<SessionLink, 'send' | 'connections'> {
  readonly claim: ClaimTogether
  letGo(): void
}

interface Shared {
  readonly link: Promise<SessionLink>
  readonly claim: Promise<ClaimTogether>
  readonly isAlive: () => boolean
  sessions: number
}

/**
 * One link for all sessions that are open at a time: what partitions claim together has to lie behind the
 * data of all of them, in one history. What ends it ends all of them; the next to open makes another.
 */
export function sharedLinks(connect: () => Promise<SessionLink>): () => Promise<LinkShare> {
  let current: Shared | undefined

  function begin(): Shared {
    let isAlive = () => true
    const link = connect().then(
      (opened) => {
        isAlive = () => opened.connections.every((connection) => connection.isAlive())
        return opened
      },
      (error: unknown) => {
        isAlive = () => false
        throw error
      },
    )
    return { link, claim: link.then(claimRounds), isAlive: () => isAlive(), sessions: 0 }
  }

  return async () => {
    const shared = current?.isAlive() === true ? current : (current = begin())
    shared.sessions += 1
    const [link, claim] = await Promise.all([shared.link, shared.claim])
    let isOurs = true
    return {
      send: link.send,
      connections: link.connections,
      claim,
      letGo() {
        if (isOurs) shared.sessions -= 1
        isOurs = false
        if (shared.sessions > 0) return
        if (current === shared) current = undefined
        link.close()
      },
    }
  }
}
