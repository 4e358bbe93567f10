import type { DeliverySession, DeliveryStore } from '../../../origin/ports/delivery-store.ts'

/** What happens in the middle of the next batch that comes so far; then no more. */
export interface DeliveryFaults {
  beforeNextPush: (() => Promise<void>) | undefined
  afterNextPush: (() => Promise<void>) | undefined
  beforeNextClaim: (() => Promise<void>) | undefined
  afterNextClaim: (() => Promise<void>) | undefined
}

export const noDeliveryFaults = (): DeliveryFaults => ({
  beforeNextPush: undefined,
  afterNextPush: undefined,
  beforeNextClaim: undefined,
  afterNextClaim: undefined,
})

/** A consumer that is killed: nothing of it runs on. */
export class Killed extends Error {
  override readonly name = 'Killed'
}

/** The real store, with a fault between two of its calls. */
export const faultyDeliveryStore = (
  store: DeliveryStore,
  faults: DeliveryFaults,
  onBegin: () => void,
): DeliveryStore => ({
  async open() {
    return faultySession(await store.open(), faults, onBegin)
  },
})

function faultySession(
  session: DeliverySession,
  faults: DeliveryFaults,
  onBegin: () => void,
): DeliverySession {
  const strike = async (name: keyof DeliveryFaults) => {
    const fault = faults[name]
    faults[name] = undefined
    await fault?.()
  }
  return {
    watermarks: () => session.watermarks(),
    begin(buckets, generation, mark) {
      onBegin()
      return session.begin(buckets, generation, mark)
    },
    async push(lists, post) {
      await strike('beforeNextPush')
      await session.push(lists, post)
      await strike('afterNextPush')
    },
    putPosts: (fragments) => session.putPosts(fragments),
    putUsers: (fragments) => session.putUsers(fragments),
    putViewers: (records) => session.putViewers(records),
    async claim(claims) {
      await strike('beforeNextClaim')
      const refused = await session.claim(claims)
      await strike('afterNextClaim')
      return refused
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  }
}
