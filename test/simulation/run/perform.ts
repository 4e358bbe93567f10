import { evictable, failOver, flushServer } from '../../../origin/adapters/memory/servers.ts'
import { keys } from '../../../shared/keys.ts'
import type { Step } from '../scenario/steps.ts'
import type { World } from '../world/world.ts'
import { look, read } from './reading.ts'
import type { RunState } from './run.ts'
import { edit, personAt, post, relate, remove, rename } from './writing.ts'

export type Pause = (ms: number) => Promise<void>

/** Does what a step says. Violations are thrown. */
export async function perform(state: RunState, step: Step, pause: Pause): Promise<void> {
  const { world } = state
  const { clock, faults, stores } = world
  switch (step.do) {
    case 'post':
      await Promise.all(Array.from({ length: step.count }, () => post(state, step, pause)))
      return
    case 'edit':
      return edit(state, step)
    case 'delete':
      return remove(state, step)
    case 'relate':
      return relate(state, step)
    case 'rename':
      return rename(state, step)
    case 'read':
      await read(state, step, pause)
      return
    case 'look':
      return look(state, step)
    case 'strategy': {
      stores.database.settings.set('delivery.strategy', { value: step.strategy, version: 1 })
      stores.database.settings.set('delivery.threshold', { value: step.threshold, version: 1 })
      state.trace(`delivery: ${step.strategy}, threshold ${step.threshold}`)
      return
    }
    case 'rest':
      return
    case 'fault':
      faults.arm({ ...step })
      return
    case 'away':
      faults.away({ ...step, untilMs: clock.now() + step.ms, hasBitten: false })
      return
    case 'poison':
      return poison(state, step, pause)
    case 'restart':
      world.restart(step.process)
      return
    case 'freeze':
      freeze(world, step)
      return
    case 'replace':
      world.replaceIsolate(step.edge)
      return
    case 'sleep':
      clock.leap(step.ms)
      faults.fire('world slept', `for ${step.ms} ms`)
      return
    case 'interrupt':
      world.interruptNext(step)
      return
    case 'hold':
      stores.holdNextCommit(step.ms)
      return
    case 'lose-wake-up':
      stores.channel.loseNext()
      return
    case 'cut-leader':
      if (stores.cutLeader()) faults.fire('leader session cut', 'by Postgres')
      return
    case 'lag':
      stores.replicaLagMs = step.ms
      return
    case 'failover':
    case 'rollback':
      lose(world, step)
      return
    case 'flush': {
      const flushed = flushServer(stores.redis, step.server)
      if (flushed > 0) faults.fire('everything flushed', `${step.server}, ${flushed} keys`)
      return
    }
    case 'evict-post': {
      const post = [...state.posts.keys()].at(-1 - step.post)
      if (post !== undefined && stores.redis.posts.delete(post)) faults.fire('key evicted', post)
      return
    }
    case 'evict-timeline': {
      const list = keys.timeline(personAt(state, step.viewer))
      if (stores.redis.lists.delete(list)) faults.fire('key evicted', list)
      return
    }
    case 'evict': {
      const found = evictable(stores.redis)
      const evict = found[step.which % Math.max(1, found.length)]
      if (evict === undefined) return
      faults.fire('key evicted', evict())
      return
    }
  }
}

function lose(
  { clock, faults, stores }: World,
  step: Extract<Step, { do: 'failover' | 'rollback' }>,
): void {
  const sinceMs = clock.now() + stores.redisSkewMs - step.lostMs
  const lost = failOver(stores.redis, step.server, ({ atMs }) => atMs > sinceMs)
  stores.replica.resync()
  const kind =
    step.do === 'failover' ? 'failover lost the newest writes' : 'restart from an old snapshot'
  if (lost > 0) faults.fire(kind, `${step.server}, ${lost} writes of ${step.lostMs} ms`)
}

function freeze(world: World, { process, ms }: Extract<Step, { do: 'freeze' }>): void {
  const running =
    process === 'edge-1' || process === 'edge-2' ? world.edge(process) : world.origin(process)
  if (running?.process.freeze(ms) === true)
    world.faults.fire('process frozen', `${process} for ${ms} ms`)
}

/** A post about which nobody can tell the truth for a while: its event is buried, and replayed later. */
async function poison(
  state: RunState,
  step: Extract<Step, { do: 'poison' }>,
  pause: Pause,
): Promise<void> {
  const { world } = state
  const made = await post(state, step, pause)
  if (made === undefined) return
  world.poisonedPosts.add(made)
  await pause(step.ms)
  world.poisonedPosts.delete(made)
}
