import { describe, expect, it } from 'vitest'
import { aRedisNode } from '../../support/redis-node.ts'
import type { RedisHistory } from '../../support/redis-history.ts'
import { until } from '../../support/until.ts'
import { LISTS, listRun, PATIENCE_MS } from './list-run.ts'

const node = aRedisNode({ deadlineMs: PATIENCE_MS })

/** A history of one moment: the snapshot that the server starts from again after it was killed. */
function snapshots(): RedisHistory & { readonly take: () => Promise<void> } {
  let writes = 0
  let taken = 0
  return {
    // Writes are not counted here; that they follow one another is enough.
    length: () => Promise.resolve((writes += 1)),
    async take() {
      await node().redis.save()
      taken = writes
    },
    async rewind(to) {
      if (to !== taken) throw new Error(`no snapshot of ${to}`)
      await node().server.kill()
      await node().server.start()
      await until(() =>
        node()
          .redis.ping()
          .then(Boolean, () => false as const),
      )
    },
    cut: () => Promise.resolve(),
    clear: async () => void (await node().redis.flushall()),
  }
}

describe('the list protocol after a restart from an earlier snapshot', () => {
  it.each([2, 5, 9])('has all that its watermarks claim, in lists of %i', async (postsMax) => {
    const { server, redis } = node()
    const history = snapshots()
    const run = await listRun({ url: server.url, redis, history, postsMax })
    const { steps, compare } = run
    try {
      await steps.deliver(1)
      for (const at of LISTS.keys()) await steps.warmAtOnce(at)
      for (let post = 0; post < 7; post += 1) await steps.publish(7, post % 3)
      await steps.claim()
      await steps.publish(5, 0)
      await steps.deliver(1)
      // A warmer at work, whose list comes back and whose reading is older than what was lost.
      await steps.evict(1)
      await steps.warm(1)
      await history.take()
      const before = await history.length()

      for (let post = 0; post < 4; post += 1) await steps.publish(7, 0)
      await steps.claim()
      await compare()
      await steps.rollBack((await history.length()) - before + 2, false)
      await compare()
      // The first finds its connection dead; the next delivers again.
      await steps.claim()
      await steps.finish(0)
      await compare()
      await steps.claim()
      expect(await compare()).toBeGreaterThanOrEqual(2)
    } finally {
      await run.end()
    }
  })
})
