import { memoryDatabase } from '../../origin/adapters/memory/database.ts'
import { memoryOutbox } from '../../origin/adapters/memory/outbox.ts'
import { horizonBelow } from '../../shared/horizon.ts'
import type { UserId } from '../../shared/ids.ts'
import { outboxContract } from './outbox.ts'

const EVENT = { type: 'user.changed', user: '1' as UserId, version: 1 } as const
/** `1` is what both adapters hash to some partition; nobody asks for one here. */
const KEY = '1'

outboxContract(async () => {
  const database = memoryDatabase({ nowMs: Date.now })
  const connection = database.connect()
  const idsOf = (xid: number) =>
    database.events.filter((event) => event.xid === xid).map(({ id }) => id)

  return {
    outbox: (options) => memoryOutbox(database, options),
    async emit(count = 1) {
      const xid = await connection.transact(async (open) => {
        open.append(
          KEY,
          Array.from({ length: count }, () => EVENT),
        )
        return open.xid()
      })
      return idsOf(xid)
    },
    async hold() {
      const goOn = Promise.withResolvers<void>()
      const begun = Promise.withResolvers<void>()
      const committed = connection.transact(async (open) => {
        open.append(KEY, [EVENT])
        begun.resolve()
        await goOn.promise
        return open.xid()
      })
      await begun.promise
      const id = String(database.events.length + 1)
      return {
        id,
        async commit() {
          goOn.resolve()
          await committed
        },
      }
    },
    async tick(n) {
      const tick = { n, atMs: database.clock.floorMs(), horizon: database.horizon() }
      database.ticks.push(tick)
      return tick.atMs
    },
    async tickOf(n, agoMs, xmin) {
      database.ticks.push({ n, atMs: Date.now() - agoMs, horizon: horizonBelow(1, xmin) })
    },
    async beginEpoch(epoch) {
      database.epoch = epoch
    },
  }
})
