import { expect, it } from 'vitest'
import { workPartition } from '../../../../origin/adapters/postgres/log-partition.ts'
import type { LogBatch, PartitionConsumer } from '../../../../origin/ports/event-log.ts'
import type { OutboxEvent, OutboxRead } from '../../../../origin/ports/outbox.ts'
import { bell } from '../../../../shared/bell.ts'
import { LOG_BATCH_EVERY_MS } from '../../../../shared/limits.ts'
import { aHorizon, aPost, aUser } from '../../../support/feed-builders.ts'

const position = { horizon: aHorizon(), atMs: 0 }

function anEvent(): OutboxEvent {
  const author = aUser()
  const event = { type: 'post.created', post: aPost(), author, delivery: 'push' } as const
  return { id: '1', xid: 1, key: author, atMs: 0, event, partition: 0 }
}

/** A partition in which an event waits at each moment given; a look takes two milliseconds. */
async function batchesOf(eventsAtMs: readonly number[]): Promise<readonly number[]> {
  const ending = new AbortController()
  const news = bell()
  let nowMs = 0
  let last = -1
  const handedAtMs: number[] = []
  const read = (): Promise<OutboxRead> => {
    nowMs += 2
    const events = eventsAtMs.filter((atMs) => atMs > last && atMs <= nowMs).map(anEvent)
    last = nowMs
    const next = eventsAtMs.find((atMs) => atMs > nowMs)
    if (next === undefined) ending.abort()
    else if (events.length === 0) nowMs = next
    news.ring()
    return Promise.resolve({ events, position, tick: undefined, more: false })
  }
  const consumer: PartitionConsumer = {
    open: () => Promise.resolve({ fromTick: undefined }),
    handle: ({ events }: LogBatch) => {
      if (events.length > 0) handedAtMs.push(nowMs)
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
  }
  await workPartition(
    0,
    () => consumer,
    news,
    {
      outbox: { read, positionOfTick: () => Promise.resolve(undefined) },
      leases: { position: () => Promise.resolve(position), commit: () => Promise.resolve(true) },
      pace: {
        now: () => nowMs,
        sleep(ms) {
          nowMs += ms
          return Promise.resolve()
        },
        random: () => 0,
      },
      commitIdleMs: 1_000,
      isHeld: () => true,
      onFailure(error) {
        throw error
      },
    },
    ending.signal,
  )
  return handedAtMs
}

it('hands on at once what comes alone', async () => {
  expect(await batchesOf([500, 1_000])).toEqual([502, 1_002])
})

it('hands on in batches what comes without end', async () => {
  const everyMs = Array.from({ length: 1_000 }, (_, at) => at)
  const batches = await batchesOf(everyMs)
  expect(batches.length).toBeLessThanOrEqual(1_000 / LOG_BATCH_EVERY_MS + 2)
  expect(batches.length).toBeGreaterThan(10)
})
