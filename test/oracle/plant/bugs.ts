import type { Replacement } from './replacement.ts'

export interface Bug {
  readonly name: string
  readonly replacements: readonly Replacement[]
}

/** What the model has to find, each alone. Promises are kept by exactly these lines; without them: */
export const BUGS: readonly Bug[] = [
  {
    name: 'a list without a valid marker is trusted',
    replacements: [
      {
        file: 'shared/list.ts',
        find: `  if (marker === undefined || generation === undefined || marker.generation !== generation) {
    return undefined
  }`,
        replace: `  if (marker === undefined || generation === undefined || marker.generation !== generation) {
    const ids = elements.filter((id) => /^\\d+$/.test(id))
    const horizon = { epoch: 1, xmin: 2 ** 50, xmax: 2 ** 50, xip: [] }
    return elements.length === 0 ? undefined : { ids, floor: '0', horizon }
  }`,
      },
    ],
  },
  {
    name: 'the floor is not raised by a trim',
    replacements: [
      {
        file: 'origin/lists/trim.ts',
        find: `redis.call('RPUSH', KEYS[1], 'F' .. floor .. rest)`,
        replace: `redis.call('RPUSH', KEYS[1], last)`,
      },
    ],
  },
  {
    name: 'the seam is off by one',
    replacements: [
      {
        file: 'origin/feed/across-the-seam.ts',
        find: 'const before = lowerOf(wanted.before, idAfter(seam))',
        replace: 'const before = lowerOf(wanted.before, seam)',
      },
    ],
  },
  {
    name: 'the outbox is read by id alone',
    replacements: [
      {
        file: 'origin/adapters/postgres/outbox.ts',
        find: 'return { events: cut.events, position, tick, more: cut.more }',
        replace: `const lasts = (globalThis.lastIds ??= new WeakMap())
    const last = lasts.get(after.horizon) ?? 0
    const events = cut.events.filter(({ id }) => Number(id) > last)
    lasts.set(position.horizon, Math.max(last, ...events.map(({ id }) => Number(id))))
    return { events, position, tick, more: cut.more }`,
      },
    ],
  },
  {
    name: 'a warm append has no fence',
    replacements: [
      {
        file: 'origin/lists/warm.ts',
        find: `if redis.call('LINDEX', KEYS[1], -1) ~= 'W' .. ARGV[1] then return 0 end`,
        replace: `if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end`,
      },
    ],
  },
  {
    name: 'a block is only checked at write',
    replacements: [
      {
        file: 'origin/feed/home-feed.ts',
        find: 'filters: [deletedPosts, unheardPosts, ownAndFollowed, blockedAuthors, mutedAuthors]',
        replace: 'filters: [deletedPosts, unheardPosts, mutedAuthors]',
      },
      {
        file: 'origin/read/between.ts',
        find: '=> blocking || blockedBy',
        replace: '=> false && (blocking || blockedBy)',
      },
    ],
  },
  {
    name: 'an author is dropped from the pulled set too early',
    replacements: [
      {
        file: 'origin/tail/pulled-set.ts',
        find: 'if (atMs >= nowMs - PULLED_SET_LIFE_MS) continue',
        replace: 'if (atMs >= nowMs - PULLED_SET_LIFE_MS / 16) continue',
      },
    ],
  },
  {
    name: 'a stale L1 entry outlives an unblock',
    replacements: [
      {
        file: 'edge/cache/memory.ts',
        find: 'versionOf: (id, { version }) => ({ tag: tags.viewer(id), version }),',
        replace: 'versionOf: () => undefined,',
      },
    ],
  },
  {
    name: 'a fill of L2 puts an older version back after the invalidation',
    replacements: [
      {
        file: 'origin/lists/put.ts',
        find: 'local storedVersion, storedAuthor = tonumber(stored[2] or 0), tonumber(stored[3] or 0)',
        replace: 'local storedVersion, storedAuthor = 0, 0',
      },
    ],
  },
  {
    name: 'a watermark is advanced before the pushes are answered',
    replacements: [
      {
        file: 'origin/delivery/deliver.ts',
        find: 'const outcome = await deliverEvents(partition, events, { ...shared, rangedMax })',
        replace: `const push = () => deliverEvents(partition, events, { ...shared, rangedMax })
      const outcome = { exceptions: [], renamed: [], left: [] }`,
      },
      {
        file: 'origin/delivery/deliver.ts',
        find: 'if (rewrites.isDone()) await commit()',
        replace: 'await push()\n      if (rewrites.isDone()) await commit()',
      },
    ],
  },
  {
    name: 'a watermark lies outside the node that it speaks for',
    replacements: [
      {
        file: 'shared/keys.ts',
        find: 'watermark: (bucket: Bucket) => `${tag(bucket)}:wm`',
        replace: 'watermark: (bucket: Bucket) => `{hw}:wm:${bucket}`',
      },
    ],
  },
  {
    name: 'a watermark is advanced over a failover, without the pushes since the last',
    replacements: [
      {
        file: 'origin/delivery/deliver.ts',
        find: 'if (await claims.advance(session, tick, beside)) await ranged.begin()',
        replace: `await claims.advance(session, tick, beside).catch(async () => {
          await using again = await deps.store.open()
          await claims.advance(again, tick, beside)
        })`,
      },
    ],
  },
  {
    name: 'a watermark is read after its list',
    replacements: [
      {
        file: 'shared/feed/wave.ts',
        find: `      asked.add(bucket)
      commands.push(watermarkCommand(bucket))
      takes.push((`,
        replace: `      asked.add(bucket)
      last.push([watermarkCommand(bucket), (`,
      },
      {
        file: 'shared/feed/wave.ts',
        find: `watermarkOf(bucket, reply)))
    }`,
        replace: `watermarkOf(bucket, reply))])
    }`,
      },
      {
        file: 'shared/feed/wave.ts',
        find: `  const asked = new Set<Bucket>()
`,
        replace: `  const asked = new Set<Bucket>()
  const last: [Command, (reply: Reply) => void][] = []
`,
      },
      {
        file: 'shared/feed/wave.ts',
        find: `  return {
    commands,`,
        replace: `  for (const [command, take] of last) {
    commands.push(command)
    takes.push(take)
  }
  return {
    commands,`,
      },
    ],
  },
  {
    name: 'a follow forgets its transaction',
    replacements: [
      {
        file: 'shared/feed/unabsorbed.ts',
        find: 'record.follows.has(followee) && !hasXid(horizon, xid)',
        replace: 'record.follows.has(followee) && !hasXid(horizon, Math.min(xid, 0))',
      },
    ],
  },
  {
    name: 'a session freezes fewer than all posts above its seam',
    replacements: [
      {
        file: 'origin/feed/ranked-page.ts',
        find: 'ids: ranked.map(({ id }) => id),',
        replace: 'ids: ranked.map(({ id }) => id).slice(0, -1),',
      },
    ],
  },
  {
    name: 'a cursor skips equal milliseconds',
    replacements: [
      {
        file: 'origin/feed/latest-page.ts',
        find: `    kind: 'latest',
    before,`,
        replace: `    kind: 'latest',
    before: String((BigInt(before) >> 22n) << 22n),`,
      },
    ],
  },
  {
    name: 'a token is compared with the wrong horizon',
    replacements: [
      {
        file: 'edge/read/reading.ts',
        find: '!checks.tokenHolds(asOf, token)',
        replace: '!checks.tokenHolds(horizons[0] ?? asOf, token)',
      },
    ],
  },
  {
    name: 'every page is labelled partial',
    replacements: [
      {
        file: 'origin/feed/query/labels.ts',
        find: "if (lacking.size === 0) return 'complete'",
        replace: "if (lacking.size === 0) return 'partial'",
      },
    ],
  },
  {
    name: 'a page is judged by the record that it began with',
    replacements: [
      {
        file: 'origin/feed/show.ts',
        find: 'renewals < RECORD_RENEWALS_MAX ? await newerRecord(asked) : undefined',
        replace: 'renewals > RECORD_RENEWALS_MAX ? await newerRecord(asked) : undefined',
      },
    ],
  },
  {
    name: 'what the tail has not come to is shown',
    replacements: [
      {
        file: 'origin/feed/filters/unheard-posts.ts',
        find: 'isUnheard !== true',
        replace: '(isUnheard, true)',
      },
    ],
  },
]
