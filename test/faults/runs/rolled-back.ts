import { cp } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { FaultyStack } from '../faulty-stack.ts'
import { judgedLoad } from '../judged-load.ts'
import { ledger } from '../ledger.ts'
import { redisPastFaults } from '../redis-past-faults.ts'
import type { Row } from '../row.ts'
import type { WarmReaders } from '../warm-readers.ts'

const HEALED_MS_MAX = 2_000
const PROBLEMS_MAX = 5

export interface RolledBack {
  readonly perSecond: number
  /** How old the snapshot is that Redis comes back with. */
  readonly forMs: number
  readonly isTimed: boolean
}

/**
 * Redis comes back with a snapshot of before: posts are missing, deleted ones are there again, and so are
 * people who have been muted since. Every page at the edge, asked for with the newest token, is judged.
 */
export async function rolledBack(
  stack: FaultyStack,
  { authors, readers }: Pick<WarmReaders, 'authors' | 'readers'>,
  { perSecond, forMs, isTimed }: RolledBack,
): Promise<Row> {
  const { url, dataDir } = stack.redis
  const [snapshot, earlier] = [path.join(dataDir, 'dump.rdb'), path.join(dataDir, 'earlier.rdb')]
  const load = judgedLoad({
    ledger: ledger(stack.edgeUrl, stack.pool),
    authors,
    readers,
    perSecond,
  })
  await load.healed()
  {
    using redis = await redisPastFaults(url)
    await redis.client.save()
  }
  await cp(snapshot, earlier)
  await delay(forMs)
  await stack.killRedis()
  await cp(earlier, snapshot)
  await stack.startRedis()
  const healedMs = await load.healed()
  const { found, problems } = await load.stop()
  const late =
    isTimed && healedMs > HEALED_MS_MAX ? [`healed after ${Math.round(healedMs)} ms`] : []
  return {
    run: 'redis restarted from an old snapshot',
    found: { 'snapshot of before ms': forMs, 'healed ms': Math.round(healedMs), ...found },
    problems: [...late, ...problems].slice(0, PROBLEMS_MAX),
  }
}
