import { fillCrowd } from '../support/crowd.ts'
import { faultyStack, type FaultyStackOptions } from './faulty-stack.ts'
import type { Ground } from './ground.ts'
import { JWT } from './people.ts'
import { table, type Report, type Row } from './row.ts'
import { failover } from './runs/failover.ts'
import { flushed, LOSSES } from './runs/flushed.ts'
import { overload } from './runs/overload.ts'
import { rolledBack } from './runs/rolled-back.ts'
import { saturatedReads } from './runs/saturated-reads.ts'
import { stampede } from './runs/stampede.ts'
import { warmReaders } from './warm-readers.ts'

export const PER_SECOND = 60
/** Each is judged by two statements of the oracle. */
const JUDGED_PER_SECOND = 20
const STAMPEDE_READERS = 400
const COLD_READERS = 200
const SLOW_PAIRS = 4
const SLOW_WINDOW_MS = 10_000
/** Fewer leave the process without work while it waits for its stores. */
const CALIBRATION_CONNECTIONS = 64
const CALIBRATION_MS = 10_000
const OVERLOAD_MS = 60_000
/** Within what the tail remembers, and a little beyond. */
const SNAPSHOT_AGES_MS = [10_000, 130_000]

/** A part of the long half: what it is called, about how long it takes, and its lines of the table. */
export interface Run {
  readonly name: string
  /** What it needs. Absent: the outbox. */
  readonly log?: 'kafka'
  readonly seconds: number
  readonly go: (ground: Ground) => Promise<readonly Row[]>
}

export interface LongHalf {
  /** For each store. */
  readonly reads: number
  readonly report: Report
}

/** Redis loses its newest writes, some of what it held, or all. */
export const redisRuns = (how: LongHalf): readonly Run[] => [
  lossRun(how),
  stampedeRun(),
  rolledBackRun(how),
  failoverRun(),
]

export const postgresRuns = (): readonly Run[] => [slowRun()]

function lossRun({ reads, report }: LongHalf): Run {
  const each = Math.ceil(reads / 10)
  return {
    name: 'redis loses what it held',
    seconds: (LOSSES.length * each) / PER_SECOND + 60,
    async go(ground) {
      await using world = await warmWorld(ground)
      const rows: Row[] = []
      for (const loss of LOSSES) {
        const how = { loss, reads: each, perSecond: PER_SECOND }
        rows.push(await flushed(world.stack, world.warm, how))
        report(table(rows.slice(-1)))
      }
      return rows
    },
  }
}

function stampedeRun(): Run {
  return {
    name: 'redis flushed, everybody comes',
    seconds: 60,
    async go(ground) {
      await using world = await warmWorld(ground, { readers: STAMPEDE_READERS })
      return [
        await stampede(world.stack, world.warm, { originUrl: world.originUrl, isTimed: true }),
      ]
    },
  }
}

function rolledBackRun({ report }: Pick<LongHalf, 'report'>): Run {
  return {
    name: 'redis restarted from an old snapshot',
    seconds: SNAPSHOT_AGES_MS.reduce((sum, forMs) => sum + forMs / 1_000 + 10, 20),
    async go(ground) {
      const rows: Row[] = []
      for (const forMs of SNAPSHOT_AGES_MS) {
        await using world = await warmWorld(ground)
        const how = { perSecond: JUDGED_PER_SECOND, forMs, isTimed: true }
        rows.push(await rolledBack(world.stack, world.warm, how))
        report(table(rows.slice(-1)))
      }
      return rows
    },
  }
}

function failoverRun(): Run {
  return {
    name: 'redis primaries die',
    seconds: 60,
    go: async (ground) => [
      await failover(ground, { times: 2, perSecond: JUDGED_PER_SECOND, isTimed: true }),
    ],
  }
}

function slowRun(): Run {
  return {
    name: 'postgres slow for reads',
    seconds: (2 * SLOW_PAIRS * SLOW_WINDOW_MS) / 1_000 + 30,
    async go(ground) {
      await using world = await warmWorld(ground)
      const cold = await world.stack.people(COLD_READERS)
      const how = { cold, pairs: SLOW_PAIRS, windowMs: SLOW_WINDOW_MS, isTimed: true }
      return [await saturatedReads(world.stack, world.warm, { ...how, originUrl: world.originUrl })]
    },
  }
}

/** Three times what it can answer, for a minute: pages of people who follow many. */
export function overloadRun(): Run {
  return {
    name: 'overload',
    seconds: (4 * CALIBRATION_MS + OVERLOAD_MS) / 1_000 + 30,
    async go(ground) {
      await using stack = await faultyStack(ground)
      const origin = await stack.startOrigin()
      const { bearers } = await fillCrowd(stack.databaseUrl, JWT)
      const how = { origin, bearers, atOnce: CALIBRATION_CONNECTIONS, isTimed: true }
      return [await overload({ ...how, calibrationMs: CALIBRATION_MS, overloadMs: OVERLOAD_MS })]
    },
  }
}

interface WarmWorldOptions extends FaultyStackOptions {
  readonly readers?: number
}

export async function warmWorld(
  ground: Ground,
  { readers: readerCount = 16, ...options }: WarmWorldOptions = {},
) {
  const stack = await faultyStack(ground, options)
  try {
    const origin = await stack.startOrigin()
    stack.reach([origin])
    const originUrl = `http://127.0.0.1:${origin.port}`
    const warm = await warmReaders(stack, { authors: 3, readers: readerCount })
    for (const author of warm.authors) await warm.post(author, 'there from the beginning')
    return {
      stack,
      warm,
      originUrl,
      [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
    }
  } catch (error) {
    await stack[Symbol.asyncDispose]()
    throw error
  }
}
