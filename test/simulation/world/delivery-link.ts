import { AppError } from '../../../shared/errors.ts'
import type { DeliverySession, DeliveryStore } from '../../../origin/ports/delivery-store.ts'
import type { SimProcess } from './process.ts'
import type { Seam } from './seam.ts'

/**
 * A connection: what is sent over it arrives in its order, and after one failure nothing more does. That is
 * what the port promises of every adapter, so the faults must not break it.
 */
export function deliveryLink(process: SimProcess, seam: Seam, store: DeliveryStore): DeliveryStore {
  return {
    async open() {
      const session = await seam.call(process, 'redis', 'delivery.open', () => store.open())
      return over(process, seam, session)
    },
  }
}

function over(process: SimProcess, seam: Seam, session: DeliverySession): DeliverySession {
  let last: Promise<void> = Promise.resolve()
  let isDead = false
  const mustLive = () => {
    if (isDead) throw new AppError('STORE_UNAVAILABLE', 'redis: the connection was lost')
  }

  async function send<Value>(name: string, effect: () => Promise<Value>): Promise<Value> {
    mustLive()
    const { promise, resolve } = Promise.withResolvers<void>()
    const before = last
    last = promise
    try {
      const arrived = () => {
        mustLive()
        return effect()
      }
      return await seam.call(process, 'redis', `delivery.${name}`, arrived, { after: before })
    } catch (error) {
      isDead = true
      throw error
    } finally {
      resolve()
    }
  }

  return {
    watermarks: () => send('watermarks', () => session.watermarks()),
    begin: (...begun) => send('begin', () => session.begin(...begun)),
    push: (...pushed) => send('push', () => session.push(...pushed)),
    putPosts: (posts) => send('putPosts', () => session.putPosts(posts)),
    putUsers: (users) => send('putUsers', () => session.putUsers(users)),
    putViewers: (viewers) => send('putViewers', () => session.putViewers(viewers)),
    claim: (claims) => send('claim', () => session.claim(claims)),
    async [Symbol.asyncDispose]() {
      isDead = true
    },
  }
}
