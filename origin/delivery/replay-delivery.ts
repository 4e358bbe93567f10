import type { EventHandler } from '../log/handle-event.ts'
import type { DeliveryStore } from '../ports/delivery-store.ts'
import { applyEffects, type ApplyDeps } from './apply.ts'
import { effectsOf } from './effects.ts'

export interface ReplayDeliveryDeps {
  readonly store: DeliveryStore
  readonly truth: ApplyDeps['truth']
}

/** Delivers one event of the dead letters. Its partition's consumer then takes the exception back. */
export const replayDelivery =
  ({ store, truth }: ReplayDeliveryDeps): EventHandler =>
  async (event) => {
    await using session = await store.open()
    await applyEffects(effectsOf([event]), { session, truth })
  }
