import { memoryDatabase } from '../../origin/adapters/memory/database.ts'
import { memoryLogLeases } from '../../origin/adapters/memory/log-leases.ts'
import { memoryOutbox } from '../../origin/adapters/memory/outbox.ts'
import { nodePace } from '../../origin/adapters/node/pace.ts'
import { leasedLog } from '../../origin/adapters/postgres/event-log.ts'
import { AppError } from '../../shared/errors.ts'
import type { UserId } from '../../shared/ids.ts'
import { eventLogContract, type LogUnderTest } from './event-log.ts'

const EVENT = { type: 'user.changed', user: '1' as UserId, version: 1 } as const

/** A process that is cut off reaches nothing any more, and gave nothing back. */
function whileConnected<Port extends object>(port: Port, isCutOff: () => boolean): Port {
  return Object.fromEntries(
    Object.entries(port).map(([name, call]: [string, (...args: unknown[]) => unknown]) => [
      name,
      (...args: unknown[]) =>
        isCutOff()
          ? Promise.reject(new AppError('STORE_UNAVAILABLE', 'the process is gone'))
          : call(...args),
    ]),
  ) as Port
}

eventLogContract(async (): Promise<LogUnderTest> => {
  const database = memoryDatabase({ nowMs: Date.now })
  const connection = database.connect()
  let members = 0

  return {
    async member() {
      let isGone = false
      members += 1
      const member = `member-${members}`
      const isCutOff = () => isGone
      const log = leasedLog(
        {
          leases: (group, leaseMs) =>
            whileConnected(memoryLogLeases(database, { group, member, leaseMs }), isCutOff),
          outbox: whileConnected(memoryOutbox(database), isCutOff),
          wakeups: { listen: () => () => undefined },
          pace: nodePace,
          onFailure: () => undefined,
        },
        { leaseMs: 600, beatMs: 60, pollMs: 5, commitIdleMs: 50 },
      )
      return {
        log,
        crash: async () => {
          isGone = true
        },
      }
    },
    async publish(key) {
      const xid = await connection.transact(async (open) => {
        open.append(key, [EVENT])
        return open.xid()
      })
      return database.events.find((event) => event.xid === xid)?.id ?? ''
    },
    async tick() {
      const n = (database.ticks.at(-1)?.n ?? 0) + 1
      database.ticks.push({ n, atMs: database.clock.floorMs(), horizon: database.horizon() })
      return n
    },
  }
})
