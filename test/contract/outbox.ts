import { describe, expect, it } from 'vitest'
import type { Outbox, Position } from '../../origin/ports/outbox.ts'
import { hasXid, horizonBelow } from '../../shared/horizon.ts'

const THE_START: Position = { horizon: horizonBelow(1, 0), atMs: 0 }

/** One database with its outbox, empty before. */
export interface OutboxUnderTest {
  outbox(options?: { readonly batchMax?: number }): Outbox
  /** So many events in one transaction; answers their ids. */
  emit(count?: number): Promise<readonly string[]>
  /** An event whose transaction stays open. */
  hold(): Promise<{ readonly id: string; readonly commit: () => Promise<void> }>
  /** Answers when it was made. */
  tick(n: number): Promise<number>
  /** A tick of so long ago, whose horizon has everything below the transaction. */
  tickOf(n: number, agoMs: number, xmin: number): Promise<void>
  /** As after a restore. */
  beginEpoch(epoch: number): Promise<void>
}

/** What an Outbox is. Each adapter's test calls this with a way to make one. */
export function outboxContract(make: () => Promise<OutboxUnderTest>): void {
  describe('an outbox', () => {
    it('is not held back by a transaction that stays open, and gives its event when it ends', async () => {
      const database = await make()
      const outbox = database.outbox()
      const late = await database.hold()
      const early = await database.emit()

      const first = await outbox.read(THE_START)
      const xid = first.events[0]?.xid ?? 0
      await late.commit()
      const second = await outbox.read(first.position)

      expect(first.events.map(({ id }) => id)).toEqual(early)
      expect(hasXid(first.position.horizon, xid)).toBe(true)
      expect(second.events.map(({ id }) => id)).toEqual([late.id])
    })

    it('gives the event of a transaction that was open in a position between two steps of a backlog', async () => {
      const database = await make()
      const outbox = database.outbox({ batchMax: 2 })
      const late = await database.hold()
      const early: string[] = []
      for (let count = 0; count < 5; count += 1) early.push(...(await database.emit()))
      const ids: string[] = []
      let position = THE_START
      for (let step = 0; step < 8; step += 1) {
        const read = await outbox.read(position)
        ids.push(...read.events.map(({ id }) => id))
        position = read.position
        if (step === 1) await late.commit()
      }

      expect(ids.toSorted()).toEqual([...early, late.id].toSorted())
    })

    it('never splits a transaction, however many events it has', async () => {
      const database = await make()
      await database.emit(25)
      const read = await database.outbox({ batchMax: 10 }).read(THE_START)

      expect(read.events).toHaveLength(25)
      expect(read.more).toBe(true)
    })

    it('orders events by transaction, and within one as they were written', async () => {
      const database = await make()
      for (let count = 0; count < 12; count += 1) await database.emit(count === 5 ? 3 : 1)
      const { events } = await database.outbox().read(THE_START)
      const ids = events.map(({ id }) => Number(id))

      expect(ids).toEqual(ids.toSorted((a, b) => a - b))
    })

    it('brings the newest tick whose horizon lies inside the position', async () => {
      const database = await make()
      const outbox = database.outbox({ batchMax: 2 })
      await database.emit()
      await database.tick(1)
      for (let count = 0; count < 3; count += 1) await database.emit()
      await database.tick(2)
      const first = await outbox.read(THE_START)
      const second = await outbox.read(first.position)
      const third = await outbox.read(second.position)

      expect(first).toMatchObject({ more: true, tick: { n: 1 } })
      // It ends where the second tick began, so either is right.
      expect(second.more).toBe(true)
      expect([1, 2]).toContain(second.tick?.n)
      expect(third).toMatchObject({ more: false, tick: { n: 2 } })
      for (const { position, tick: found } of [first, second, third]) {
        expect(found?.horizon.xmax).toBeLessThanOrEqual(position.horizon.xmax)
      }
    })

    it('goes on from a tick: what the tick does not show comes, and nothing that it shows', async () => {
      const database = await make()
      const outbox = database.outbox()
      await database.emit()
      await database.tick(1)
      const fresh = await database.emit()
      const secondAtMs = await database.tick(2)
      const position = await outbox.positionOfTick(1)
      const read = position && (await outbox.read(position))

      expect(read?.events.map(({ id }) => id)).toEqual(fresh)
      expect(position?.atMs).toBeGreaterThanOrEqual(secondAtMs)
      expect(await outbox.positionOfTick(99)).toBeUndefined()
    })

    it('begins as long ago as asked, or as far back as ticks reach', async () => {
      const database = await make()
      const outbox = database.outbox()
      const event = await database.emit()
      expect((await outbox.read(await outbox.since(60_000))).events).toEqual([])
      await database.tickOf(1, 180_000, 3)
      await database.tickOf(2, 60_000, 5)

      expect((await outbox.since(120_000)).horizon.xmin).toBe(3)
      expect((await outbox.since(30_000)).horizon.xmin).toBe(5)
      expect((await outbox.since(600_000)).horizon.xmin).toBe(3)
      const read = await outbox.read(await outbox.since(30_000))
      expect(read.events.map(({ id }) => id)).toEqual(event)
    })

    it('takes a position of another epoch for none', async () => {
      const database = await make()
      const outbox = database.outbox()
      const event = await database.emit()
      await database.tick(1)
      const { position } = await outbox.read(THE_START)
      await database.beginEpoch(2)
      const read = await outbox.read(position)

      expect(read.events.map(({ id }) => id)).toEqual(event)
      expect(read.position.horizon.epoch).toBe(2)
      expect(read.tick).toBeUndefined()
      expect(await outbox.positionOfTick(1)).toBeUndefined()
    })
  })
}
