import { Event } from '../../shared/events/event.ts'
import type { Tick } from '../../shared/events/tick.ts'
import type { Bucket } from '../../shared/keys.ts'
import { logPartitionOf } from '../../shared/keys.ts'
import { DEAD_DELIVERIES_MAX, EXCEPTIONS_CHECK_MS } from '../../shared/limits.ts'
import type { DeliveryException, Watermark } from '../../shared/watermark.ts'
import type { DeadLetters } from '../ports/dead-letters.ts'
import { applyEffects, type ApplyDeps } from './apply.ts'
import { DELIVERY_GROUP } from './give-up.ts'
import type { RangedDeliveries } from './ranged-deliveries.ts'

/** What stands beside this partition's marks, and is not in the hands of this consumer. */
export interface Exceptions {
  all(): readonly DeliveryException[]
  add(found: readonly DeliveryException[]): void
  /** Delivers what no dead letter stands for: it was replayed, or an earlier consumer left it unfinished. */
  settle(tick: Tick, deps: SettleDeps): Promise<void>
}

export interface SettleDeps extends ApplyDeps {
  readonly deadLetters: Pick<DeadLetters, 'list'>
  readonly ranged: RangedDeliveries
}

export function exceptionsOf(found: ReadonlyMap<Bucket, Watermark>, partition: number): Exceptions {
  const held = new Map<string, DeliveryException>()
  const add = (exceptions: readonly DeliveryException[]) => {
    for (const exception of exceptions) held.set(exception.post, exception)
  }
  for (const { exceptions } of found.values()) {
    add(exceptions.filter(({ author }) => logPartitionOf(author) === partition))
  }
  let checkedAtMs = 0

  return {
    all: () => [...held.values()],
    add,

    /**
     * Delivered once more over the session that claims: the pushes of a replay were written over another
     * connection, and a node that lost them would not be noticed by this one.
     */
    async settle(tick, deps) {
      if (held.size === 0 || tick.atMs - checkedAtMs < EXCEPTIONS_CHECK_MS) return
      checkedAtMs = tick.atMs
      const waiting = await deps.deadLetters.list({
        group: DELIVERY_GROUP,
        limit: DEAD_DELIVERIES_MAX,
      })
      const buried = new Set(
        waiting
          .map(({ event }) => Event.safeParse(event.event).data)
          .map((event) => (event !== undefined && 'post' in event ? event.post : undefined)),
      )
      for (const { author, post } of [...held.values()].filter((one) => !buried.has(one.post))) {
        if (!deps.ranged.has(post)) {
          const created = [{ author, post, delivery: 'push' as const }]
          const effects = { created, posts: [post], users: [], viewers: [] }
          deps.ranged.take(await applyEffects(effects, { ...deps, rangedMax: deps.ranged.room() }))
        }
        held.delete(post)
      }
    },
  }
}
