import { PER_SECOND, warmWorld, type LongHalf, type Run } from './long-half.ts'
import { table, type Row } from './row.ts'
import { MODES, storeAway } from './runs/store-away.ts'
import type { Store } from './stack-lines.ts'

/** One store taken away in each way in turn. */
export function storeRun(store: Store, { reads, report }: LongHalf): Run {
  const isKafka = store === 'kafka'
  return {
    name: `without ${store}`,
    ...(isKafka ? { log: store } : {}),
    seconds: reads / PER_SECOND + 60,
    async go(ground) {
      await using world = await warmWorld(ground, isKafka ? { kafkaBrokers: 1 } : {})
      const rows: Row[] = []
      for (const mode of MODES) {
        const each = {
          reads: Math.ceil(reads / MODES.length),
          perSecond: PER_SECOND,
          isTimed: true,
        }
        rows.push(await storeAway(world.stack, world.warm, { store, mode, ...each }))
        report(table(rows.slice(-1)))
      }
      return rows
    },
  }
}
