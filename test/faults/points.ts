import type { Replacement } from '../oracle/plant/replacement.ts'

/** Between which two steps of a post's way a process dies there. */
export type Pair = 'commit, publish' | 'publish, apply' | 'apply, ack'

/** Absent: on every log. */
export type On = { readonly log?: 'kafka' }

/** Those that a run on this log can have. */
export const onLog = <Item extends On>(items: readonly Item[], log?: 'kafka'): readonly Item[] =>
  items.filter((item) => item.log === undefined || item.log === log)

export interface CrashPoint extends On {
  readonly name: string
  readonly pair: Pair
  readonly replacement: Replacement
}

/**
 * On the embedded log a commit is the publishing: the event can be read as soon as its transaction is
 * visible. What is left between the two is the signal that wakes readers, and the tick that says that
 * everything before it was published; those are the points of the first pair. On Kafka the relay lies
 * there too.
 */
export const CRASH_POINTS: readonly CrashPoint[] = [
  {
    name: 'committed, not signalled',
    pair: 'commit, publish',
    replacement: {
      file: 'origin/write/create-post.ts',
      find: '    published()\n',
      replace: `    globalThis.crashPoint('committed, not signalled')\n    published()\n`,
    },
  },
  {
    name: 'signalled, not answered',
    pair: 'commit, publish',
    replacement: {
      file: 'origin/write/create-post.ts',
      find: '.catch(pushFailed)\n',
      replace: `.catch(pushFailed)\n    globalThis.crashPoint('signalled, not answered')\n`,
    },
  },
  {
    name: 'committed, not ticked',
    pair: 'commit, publish',
    replacement: {
      file: 'origin/relay/lead.ts',
      find: '    const { atMs } = await session.tick()\n',
      replace: `    globalThis.crashPoint('committed, not ticked')\n    const { atMs } = await session.tick()\n`,
    },
  },
  {
    name: 'read, not published',
    pair: 'commit, publish',
    log: 'kafka',
    replacement: {
      file: 'origin/relay/publish-outbox.ts',
      find: '    if (read.events.length > 0 || tick !== undefined) await publisher',
      replace: `    if (read.events.length > 0) globalThis.crashPoint('read, not published')
    if (read.events.length > 0 || tick !== undefined) await publisher`,
    },
  },
  {
    name: 'published, not marked',
    pair: 'commit, publish',
    log: 'kafka',
    replacement: {
      file: 'origin/relay/publish-outbox.ts',
      find: '      await publications.mark(position)\n',
      replace: `      if (read.events.length > 0) globalThis.crashPoint('published, not marked')
      await publications.mark(position)\n`,
    },
  },
  {
    name: 'published, not delivered',
    pair: 'publish, apply',
    replacement: {
      file: 'origin/delivery/deliver.ts',
      find: '      const outcome = await deliverEvents(',
      replace: `      if (events.length > 0) globalThis.crashPoint('published, not delivered')
      const outcome = await deliverEvents(`,
    },
  },
  {
    name: 'fragments put, ids not pushed',
    pair: 'publish, apply',
    replacement: {
      file: 'origin/delivery/apply.ts',
      find: '  return pushPosts(alive,',
      replace: `  if (alive.length > 0) globalThis.crashPoint('fragments put, ids not pushed')
  return pushPosts(alive,`,
    },
  },
  {
    name: 'jobs cut, not sent',
    pair: 'publish, apply',
    replacement: {
      file: 'origin/delivery/ranged-deliveries.ts',
      find: '        else await queue.send(cut)\n',
      replace: `        else {
          globalThis.crashPoint('jobs cut, not sent')
          await queue.send(cut)
        }\n`,
    },
  },
  {
    name: 'job pushed, not done',
    pair: 'apply, ack',
    replacement: {
      file: 'origin/delivery/deliver-ranges.ts',
      find: '  await ranges.done(range)\n',
      replace: `  globalThis.crashPoint('job pushed, not done')
  await ranges.done(range)\n`,
    },
  },
  {
    name: 'published, not counted',
    pair: 'publish, apply',
    replacement: {
      file: 'origin/count/count.ts',
      find: '        await shared.recount(touched)\n',
      replace: `        globalThis.crashPoint('published, not counted')
        await shared.recount(touched)\n`,
    },
  },
  {
    name: 'delivered, not claimed',
    pair: 'apply, ack',
    replacement: {
      file: 'origin/delivery/deliver.ts',
      find: '      exceptions.add(outcome.exceptions)\n',
      replace: `      if (events.length > 0) globalThis.crashPoint('delivered, not claimed')
      exceptions.add(outcome.exceptions)\n`,
    },
  },
  {
    name: 'claimed, not committed',
    pair: 'apply, ack',
    replacement: {
      file: 'origin/delivery/deliver.ts',
      find: '      deps.observer.delivered(partition,',
      replace: `      if (events.length > 0) globalThis.crashPoint('claimed, not committed')
      deps.observer.delivered(partition,`,
    },
  },
  {
    name: 'counted, not committed',
    pair: 'apply, ack',
    replacement: {
      file: 'origin/count/count.ts',
      find: '        countedAt = pace.now()\n',
      replace: `        globalThis.crashPoint('counted, not committed')
        countedAt = pace.now()\n`,
    },
  },
]
