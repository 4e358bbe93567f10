import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { memoryDatabase } from '../../../../origin/adapters/memory/database.ts'
import type { UserId } from '../../../../shared/ids.ts'

const EVENT = { type: 'user.changed', user: '1' as UserId, version: 1 } as const

test('a transaction that goes on after its connection was dropped holds no lock and no xid', async () => {
  const database = memoryDatabase({ nowMs: Date.now })
  const dropped = database.connect()
  const goOn = Promise.withResolvers<void>()
  const transaction = dropped.transact(async (open) => {
    await open.lock('one')
    await goOn.promise
    await open.lock('two')
    open.append('1', [EVENT])
  })
  await turn()
  dropped.drop()
  goOn.resolve()
  await expect(transaction).rejects.toThrow('the connection was dropped')

  const other = database.connect()
  const xid = await other.transact(async (open) => {
    await open.lock('one')
    await open.lock('two')
    open.append('1', [EVENT])
    return open.xid()
  })
  expect(database.horizon()).toEqual({ epoch: 1, xmin: xid + 1, xmax: xid + 1, xip: [] })
  expect(database.events.map((event) => event.xid)).toEqual([xid])
})

test('nothing can be begun over a dropped connection', async () => {
  const database = memoryDatabase({ nowMs: Date.now })
  const connection = database.connect()
  connection.drop()
  const appended = connection.transact(async (open) => open.append('1', [EVENT]))
  await expect(appended).rejects.toThrow('the connection was dropped')
  expect(database.events).toEqual([])
})
