import { Event } from '../../shared/events/event.ts'
import type { Tick } from '../../shared/events/tick.ts'
import type { Bucket } from '../../shared/keys.ts'
import { logPartitionOf } from '../../shared/keys.ts'
import { DELIVERY_EXCEPTIONS_MAX, EXCEPTIONS_CHECK_MS } from '../../shared/limits.ts'
import type { DeliveryException, Watermark } from '../../shared/watermark.ts'
import type { DeadLetters } from '../ports/dead-letters.ts'
import { applyEffects, type ApplyDeps } from './apply.ts'
import { DELIVERY_GROUP } from './give-up.ts'

/** What stands beside this partition's marks. */
export interface Exceptions {
  all(): readonly DeliveryException[]
  add(found: readonly DeliveryException[]): void
  /** Takes those back whose dead letter was replayed. */
  settle(tick: Tick, deps: SettleDeps): Promise<void>
}

export interface SettleDeps extends ApplyDeps {
  readonly deadLetters: Pick<DeadLetters, 'list'>
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
        limit: DELIVERY_EXCEPTIONS_MAX,
      })
      const buried = new Set(
        waiting
          .map(({ event }) => Event.safeParse(event.event).data)
          .map((event) => (event !== undefined && 'post' in event ? event.post : undefined)),
      )
      for (const { author, post } of [...held.values()].filter((one) => !buried.has(one.post))) {
        const created = [{ author, post, delivery: 'push' as const }]
        await applyEffects({ created, posts: [post], users: [], viewers: [] }, deps)
        held.delete(post)
      }
    },
  }
}
