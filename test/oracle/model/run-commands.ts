import { keys } from '../../../shared/keys.ts'
import type { World } from '../world/world.ts'
import type { Command, Scale } from './commands.ts'
import { faults } from './faults.ts'
import { reading } from './reading.ts'
import { runState } from './run-state.ts'
import { count, type Tally } from './tally.ts'
import { setSetting, writing } from './writing.ts'

export interface Runner {
  readonly tally: Tally
  /** What was there before the first command. */
  prepare(scale: Scale): Promise<void>
  apply(command: Command): Promise<void>
  finish(): Promise<void>
}

/** Applies a run to a world. Every answer is checked against the oracle's history. */
export function commandRunner(world: World, isFaultless: boolean): Runner {
  const state = runState(world, isFaultless)
  const { tally, order, personAt } = state
  const writes = writing(state)
  const reads = reading(state, writes)
  const wrongs = faults(state)

  async function fillLate({ post: index, how }: Extract<Command, { do: 'late-fill' }>) {
    const post = order.at(-1 - (index % Math.max(1, order.length)))
    const author = post && state.posts.get(post)?.author
    if (post === undefined || author === undefined) return
    await wrongs.evict({ what: 'fragment', of: index })
    const viewer = world.people.indexOf(author)
    const via = 'origin-a'
    await reads.read({ viewer, mode: 'latest', limit: 7, via, withToken: true, hold: true })
    await writes.change(post, how, via)
    await world.pass(600)
    await state.settle(via)
  }

  async function overtakeWarming(
    command: Extract<Command, { do: 'overtake-warming' }>,
  ): Promise<void> {
    const { list, of, by } = command
    await wrongs.endAllWarmings()
    await wrongs.evict({ what: list, of })
    await wrongs.beginWarming({ list, of })
    await wrongs.evict({ what: list, of })
    await writes.publish(personAt(list === 'timeline' ? by : of), 'origin-a')
    await world.pass(300)
    await wrongs.beginWarming({ list, of })
    await wrongs.endWarming(0)
  }

  async function losePushes({ by, nodes }: Extract<Command, { do: 'lose-pushes' }>) {
    await world.pass(300)
    await wrongs.snapshot('before-push')
    await writes.publish(personAt(by), 'origin-b')
    await world.pass(300)
    await world.node.rollBack(nodes)
    await world.pass(300)
  }

  async function overtakeRead(command: Extract<Command, { do: 'overtake-read' }>) {
    const { viewer, by, after, via } = command
    const query = { viewer, mode: 'latest', limit: 7, withToken: false, hold: false } as const
    const others = world.people.filter((person) => person !== personAt(viewer))
    const to = others.indexOf(personAt(by))
    if (to === -1) return
    await writes.relate({ how: 'follow', from: viewer, to, via: 'origin-a' })
    await reads.read({ ...query, via: 'origin-a' })
    await world.pass(600)
    world.lagging.add('delivery')
    await writes.publish(personAt(by), 'origin-b')
    await world.pass(9_000)
    await reads.read({ ...query, via, meanwhile: { after, by } })
  }

  async function overtakeTail({ viewer, by, via }: Extract<Command, { do: 'overtake-tail' }>) {
    const to = world.people.filter((person) => person !== personAt(viewer)).indexOf(personAt(by))
    if (to === -1) return
    const [tail, other] =
      via === 'origin-a' ? (['tail-a', 'origin-b'] as const) : (['tail-b', 'origin-a'] as const)
    const read = () =>
      reads.read({ viewer, mode: 'latest', limit: 7, via, withToken: false, hold: false })
    await writes.relate({ how: 'follow', from: viewer, to, via })
    await read()
    await world.pass(600)
    world.lagging.add(tail)
    await writes.relate({ how: 'mute', from: viewer, to, via: other })
    await writes.publish(personAt(by), other)
    await world.pass(300)
    await read()
    state.catchUp(tail)
  }

  /** Long enough for an isolate to remember the record, then past the bound of staleness. */
  async function linger({ viewer, other, how, via }: Extract<Command, { do: 'linger' }>) {
    const read = () =>
      reads.read({ viewer, mode: 'latest', limit: 5, via, withToken: false, hold: false })
    const look = async () => {
      const post = order.findLastIndex((id) => state.posts.get(id)?.author === personAt(other))
      if (post !== -1) await reads.look({ viewer, post, via, withToken: false })
    }
    for (const each of how) {
      for (const ms of [300, 600]) {
        await wait(ms)
        await read()
        await look()
      }
      const others = world.people.filter((person) => person !== personAt(viewer))
      const to = others.indexOf(personAt(other))
      if (to !== -1) await writes.relate({ how: each, from: viewer, to, via: 'origin-b' })
      for (const ms of [1_100, 1_100]) {
        await wait(ms)
        await read()
        await look()
      }
    }
  }

  async function write(command: Command): Promise<void> {
    switch (command.do) {
      case 'post':
        for (let made = 0; made < command.count; made += 1) {
          if (command.later) await world.pass(1)
          else if (made > 0) count(tally.met, 'same millisecond')
          await writes.publish(personAt(command.by), command.via)
        }
        return
      case 'edit':
      case 'delete': {
        const post = order.at(-1 - (command.post % Math.max(1, order.length)))
        if (post !== undefined) await writes.change(post, command.do, command.via)
        return
      }
      case 'relate':
        return writes.relate(command)
      case 'open':
        return writes.begin(personAt(command.by))
      case 'late-fill':
        return fillLate(command)
      case 'overtake-warming':
        return overtakeWarming(command)
      case 'lose-pushes':
        return losePushes(command)
      case 'overtake-read':
        return overtakeRead(command)
      case 'overtake-tail':
        return overtakeTail(command)
      case 'linger':
        return linger(command)
      default:
    }
  }

  const wait = (ms: number) => (ms === 0 ? Promise.resolve() : world.pass(ms))

  async function apply(command: Command): Promise<void> {
    switch (command.do) {
      case 'post':
      case 'edit':
      case 'delete':
      case 'relate':
      case 'open':
      case 'late-fill':
      case 'overtake-warming':
      case 'lose-pushes':
      case 'overtake-read':
      case 'overtake-tail':
      case 'linger':
        // Nothing can be acknowledged while Postgres is away.
        return world.away.has('postgres') ? undefined : write(command)
      case 'commit':
        return writes.commit(command.which)
      case 'threshold':
        return setSetting(world, 'delivery.threshold', command.followers)
      case 'strategy':
        return setSetting(world, 'delivery.strategy', command.strategy)
      case 'pass':
        state.giveAllBack()
        return world.pass(command.ms)
      case 'read':
        await wait(command.afterMs)
        return reads.read(command)
      case 'more':
        await wait(command.afterMs)
        return reads.more(command)
      case 'look':
        return reads.look(command)
      case 'settle':
        await state.settle('origin-a')
        return state.settle('origin-b')
      case 'begin-warming':
        return wrongs.beginWarming(command)
      case 'end-warming':
        return wrongs.endWarming(command.which)
      case 'flush':
        return world.node.flush(command.nodes)
      case 'evict':
        return wrongs.evict(command)
      case 'snapshot':
        return wrongs.snapshot(command.when)
      case 'roll-back':
        return world.node.rollBack(command.nodes)
      case 'kill-delivery':
        return wrongs.killDelivery(command.when)
      case 'redeliver':
        return world.log.repeat(command.batches)
      case 'lag':
        return void world.lagging.add(command.who)
      case 'catch-up':
        return state.catchUp(command.who)
      case 'away':
        return state.takeAway(command.what)
      case 'restart':
        return world.restart(command.what)
    }
  }

  return {
    tally,
    async prepare({ posts, warm }) {
      for (const person of world.people) {
        for (let made = 0; made < posts; made += 1) await writes.publish(person, 'origin-a')
      }
      // Past what the tail remembers: from now on, lists have to know.
      await world.pass(1_000)
      await world.pass(10_000)
      if (!warm) return
      for (const viewer of world.people.keys()) {
        const query = { mode: 'latest', limit: 7, via: 'origin-a', hold: false } as const
        await reads.read({ ...query, viewer, withToken: false })
      }
    },
    apply,
    /** What still hangs is let go. A list with a floor had been trimmed, or warmed short. */
    async finish() {
      await wrongs.endAllWarmings()
      await writes.abandonAll()
      for (const person of world.people) {
        const last = await world.node.redis.lindex(keys.timeline(person), -1)
        if (last !== null && /^F[1-9]/.test(last)) count(tally.met, 'list trimmed')
      }
    },
  }
}
