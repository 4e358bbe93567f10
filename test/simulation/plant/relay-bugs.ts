import type { Bug } from '../../oracle/plant/bugs.ts'

/** In relay, delivery and what they do about crashes. */
export const RELAY_BUGS: readonly Bug[] = [
  {
    name: 'a lease is renewed though invalidations wait',
    replacements: [
      {
        file: 'origin/relay/region-keeper.ts',
        find: ' && waiting.length === 0\n',
        replace: '\n',
      },
      {
        file: 'origin/relay/region-keeper.ts',
        find: 'for (const step of [append, renew, publish]) {',
        replace: 'for (const step of [renew, publish, append]) {',
      },
    ],
  },
  {
    name: 'a region goes on after a failed append, without what it lacks',
    replacements: [
      {
        file: 'origin/relay/region-keeper.ts',
        find: `    state = { is: 'away' }
    waiting = []`,
        replace: '    waiting = []',
      },
    ],
  },
  {
    // Numbers and region both see to the gap: without one of them the other refuses.
    name: 'a new leader leaves no gap in the log',
    replacements: [
      {
        file: 'origin/relay/number-step.ts',
        find: 'const RESTART_NUMBERS = 2',
        replace: 'const RESTART_NUMBERS = 1',
      },
      {
        file: 'origin/adapters/memory/invalidation-region.ts',
        find: 'if (number <= lastNumber() + 1)',
        replace: 'if (number <= lastNumber())',
      },
    ],
  },
  {
    name: 'the outbox is read without the transactions that were still running',
    replacements: [
      {
        file: 'origin/adapters/memory/outbox.ts',
        find: '.filter(({ xid }) => !hasXid(after, xid))',
        replace: '.filter(({ xid }) => xid >= after.xmax)',
      },
    ],
  },
  {
    name: 'a step of a backlog brings the newest tick',
    replacements: [
      {
        file: 'origin/adapters/memory/outbox.ts',
        find: '(each) => each.horizon.epoch === epoch && covers(horizon, each.horizon),',
        replace: '(each) => each.horizon.epoch === epoch,',
      },
    ],
  },
  {
    name: 'a consumer begins where it committed, whatever Redis has lost',
    replacements: [
      {
        file: 'origin/delivery/deliver.ts',
        find: 'return { fromTick }',
        replace: 'return {}',
      },
    ],
  },
  {
    name: 'an exception is forgotten by the next claim',
    replacements: [
      {
        file: 'origin/delivery/deliver.ts',
        find: 'ranged.beside(exceptions.all())',
        replace: 'ranged.beside(outcome.exceptions)',
      },
    ],
  },
  {
    name: 'a pulled set is published ahead of the tail that it comes from',
    replacements: [
      {
        file: 'origin/relay/pulled-sets.ts',
        find: ' || !covers(tail.horizon(), horizon)',
        replace: '',
      },
    ],
  },
  {
    name: 'delivery leaves an author’s own timeline to create-post',
    replacements: [
      {
        file: 'origin/delivery/push-posts.ts',
        find: 'session.push([keys.authorList(author), keys.timeline(author)], post)',
        replace: 'session.push([keys.authorList(author)], post)',
      },
    ],
  },
  {
    name: 'a failed read of the outbox counts as one that has the token',
    replacements: [
      {
        file: 'origin/tail/token-waits.ts',
        find: 'for (const wait of waits) wait.settle(false)',
        replace: 'for (const wait of waits) wait.settle(true)',
      },
    ],
  },
  {
    name: 'a changed profile stays out of the posts that it is written in',
    replacements: [
      {
        file: 'origin/delivery/deliver-events.ts',
        find: 'renamed: renamedBy(valid)',
        replace: 'renamed: []',
      },
    ],
  },
  {
    name: 'a request that comes again is done again',
    replacements: [
      {
        file: 'origin/adapters/memory/writes.ts',
        find: 'if (found === undefined || found.createdAtMs',
        replace: 'if (found !== null || found.createdAtMs',
      },
    ],
  },
  {
    name: 'counts are committed before they are counted',
    replacements: [
      {
        file: 'origin/count/count.ts',
        find: '        await shared.recount(touched)',
        replace: `        const counted = new Set(touched)
        touched.clear()
        await commit()
        await shared.recount(counted)`,
      },
    ],
  },
]
