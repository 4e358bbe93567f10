import { keys } from '../../../shared/keys.ts'
import { Killed } from '../world/faulty-delivery.ts'
import { NODES } from '../world/virtual-redis.ts'
import type { Command, Death, SnapshotMoment } from './commands.ts'
import type { RunState } from './run-state.ts'

export interface Faults {
  beginWarming(command: Omit<Extract<Command, { do: 'begin-warming' }>, 'do'>): Promise<void>
  endWarming(which: number): Promise<void>
  endAllWarmings(): Promise<void>
  evict(command: Pick<Extract<Command, { do: 'evict' }>, 'what' | 'of'>): Promise<void>
  snapshot(when: SnapshotMoment): Promise<void>
  killDelivery(when: Death): Promise<void>
}

interface Suspended {
  readonly proceed: () => void
  readonly ended: Promise<unknown>
}

export function faults({ world, order, personAt }: RunState): Faults {
  const { node, deliveryFaults } = world
  const warmings: Suspended[] = []

  async function end(warming: Suspended | undefined): Promise<void> {
    warming?.proceed()
    await warming?.ended
  }

  return {
    /** It has read Postgres, and does not write before somebody says so. */
    async beginWarming({ list, of }) {
      if (world.away.size > 0) return
      const { lists, truth } = world.origins['origin-a']
      const postsMax = world.settings.current['list.postsMax']
      const owner = personAt(of)
      const isTimeline = list === 'timeline'
      const gate = Promise.withResolvers<void>()
      const loaded = Promise.withResolvers<void>()
      const ended = lists
        .warm(isTimeline ? keys.timeline(owner) : keys.authorList(owner), async () => {
          const read = await (isTimeline
            ? truth.timeline(owner, postsMax)
            : truth.authorList(owner, postsMax))
          loaded.resolve()
          await gate.promise
          return read
        })
        // Redis may have been taken away before it writes; then the list stays fenced.
        .catch(() => 'gave-up' as const)
      await Promise.race([loaded.promise, ended])
      warmings.push({ proceed: gate.resolve, ended })
    },
    endWarming: (which) => end(warmings.splice(which % Math.max(1, warmings.length), 1)[0]),
    async endAllWarmings() {
      for (const warming of warmings.splice(0)) await end(warming)
    },

    async evict({ what, of }) {
      const { redis } = node
      const person = personAt(of)
      const post = order.at(-1 - (of % Math.max(1, order.length)))
      node.noteLoss()
      switch (what) {
        case 'timeline':
          await redis.del(keys.timeline(person))
          break
        case 'author-list':
          await redis.del(keys.authorList(person))
          break
        case 'record':
          await redis.del(keys.viewer(person))
          break
        case 'fragment':
          if (post !== undefined) await redis.del(keys.post(post))
          break
        case 'session': {
          const doomed = await redis.keys(`*:s:${person}:*`)
          if (doomed.length > 0) await redis.del(...doomed)
          break
        }
      }
    },

    async snapshot(when) {
      const keep = () => node.snapshot()
      if (when === 'now') await keep()
      else if (when === 'before-push') deliveryFaults.beforeNextPush = keep
      else if (when === 'after-push') deliveryFaults.afterNextPush = keep
      else deliveryFaults.afterNextClaim = keep
    },

    async killDelivery(when) {
      const die = async () => {
        throw new Killed('killed by the test')
      }
      const rollBack = () => node.rollBack(NODES)
      switch (when) {
        case 'at-once':
          await world.log.kill()
          break
        case 'between-pushes':
          deliveryFaults.afterNextPush = die
          break
        case 'before-claims':
          deliveryFaults.beforeNextClaim = die
          break
        case 'after-claims':
          deliveryFaults.afterNextClaim = die
          break
        case 'nodes-lose-pushes':
          deliveryFaults.beforeNextPush = () => node.snapshot()
          deliveryFaults.afterNextPush = async () => {
            deliveryFaults.beforeNextClaim = rollBack
          }
          break
        case 'nodes-rolled-back':
          deliveryFaults.beforeNextClaim = rollBack
          break
      }
    },
  }
}
