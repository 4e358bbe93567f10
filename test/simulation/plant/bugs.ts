import { BUGS as ORACLE_BUGS, type Bug } from '../../oracle/plant/bugs.ts'
import { RELAY_BUGS } from './relay-bugs.ts'

/** Where the oracle's bug lies in an adapter of a real store, its twin lies in the one that plays it here. */
const TWINS: Readonly<Record<string, Bug['replacements']>> = {
  'the floor is not raised by a trim': [
    {
      file: 'origin/adapters/memory/list-store.ts',
      find: 'cut !== undefined && compareIds(cut, posts.floor) > 0 ? cut : posts.floor',
      replace: 'posts.floor',
    },
  ],
  'the outbox is read by id alone': [
    {
      file: 'origin/adapters/memory/outbox.ts',
      find: 'return { events: unread.map(eventOf), position, tick, more: false }',
      replace: `const lasts = (database.lastIds ??= new WeakMap())
      const last = lasts.get(after.horizon) ?? 0
      const events = unread.map(eventOf).filter(({ id }) => Number(id) > last)
      lasts.set(position.horizon, Math.max(last, ...events.map(({ id }) => Number(id))))
      return { events, position, tick, more: false }`,
    },
  ],
  'a warm append has no fence': [
    {
      file: 'origin/adapters/memory/list-store.ts',
      find: "if (found?.state !== 'warming' || found.warmer !== warmer) return 'gave-up'",
      replace: "if (found === undefined) return 'gave-up'",
    },
    {
      file: 'origin/adapters/memory/list-store.ts',
      find: '...found.pushed, ...loaded.ids',
      replace: '...(found.pushed ?? found.posts.ids), ...loaded.ids',
    },
  ],
  'a fill of L2 puts an older version back after the invalidation': [
    {
      file: 'origin/adapters/memory/versions.ts',
      find: 'const storedVersion = stored?.version ?? 0',
      replace: 'const storedVersion = 0',
    },
    {
      file: 'origin/adapters/memory/versions.ts',
      find: 'const storedAuthor = stored?.authorVersion ?? 0',
      replace: 'const storedAuthor = 0',
    },
  ],
  'a watermark lies outside the node that it speaks for': [
    {
      file: 'origin/adapters/memory/node.ts',
      find: "table('watermarks', (bucket: Bucket) => serverOf(bucket))",
      replace: "table('watermarks', (bucket: Bucket) => serverOf(undefined))",
    },
  ],
}

/** What the simulation has to find, each alone. */
export const BUGS: readonly Bug[] = [
  ...ORACLE_BUGS.map(({ name, replacements }) => ({
    name,
    replacements: TWINS[name] ?? replacements,
  })),
  ...RELAY_BUGS,
]
