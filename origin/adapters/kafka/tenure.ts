import type { Consumer, KafkaMessage } from 'kafkajs'
import { partitionFeed, type PartitionFeed } from './partition-feed.ts'
import { lost, type Holding } from './partition-worker.ts'

export interface TenureDeps {
  readonly consumer: Pick<Consumer, 'seek' | 'pause' | 'resume'>
  readonly topic: string
  readonly work: (partition: number, holding: Holding, signal: AbortSignal) => Promise<void>
  readonly lives: Map<number, Promise<void>>
  readonly isHeld: () => boolean
  readonly commit: (partition: number, offset: bigint, metadata: string) => Promise<void>
}

/** The partitions that one sharing of the group gave to this member. */
export interface Tenure {
  offer(partition: number, messages: readonly KafkaMessage[]): void
  /** Hands out nothing more; resolves when what is in hand was finished and every consumer is closed. */
  end(): Promise<void>
  /** Others may have the partitions now: nothing is committed any more. */
  revoke(): void
}

export function beginTenure(partitions: readonly number[], deps: TenureDeps): Tenure {
  const { consumer, topic, work, lives, isHeld, commit } = deps
  const stop = new AbortController()
  const feeds = new Map<number, PartitionFeed>()
  let isRevoked = false

  function revoke(): void {
    stop.abort()
    isRevoked = true
  }

  /** A client that crashes forgets its group before it says so, and refuses these from then on. */
  const whileOurs = (act: () => void) => {
    if (isRevoked) return
    try {
      act()
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'KafkaJSNonRetriableError') throw error
      revoke()
    }
  }

  function begin(partition: number): Promise<void> {
    const place = [{ topic, partitions: [partition] }]
    const feed = partitionFeed({
      seek: (offset) =>
        whileOurs(() => consumer.seek({ topic, partition, offset: String(offset) })),
      pause: () => whileOurs(() => consumer.pause(place)),
      resume: () => whileOurs(() => consumer.resume(place)),
    })
    feeds.set(partition, feed)
    const holding: Holding = {
      feed,
      isHeld: () => !isRevoked && isHeld(),
      async commit(offset, metadata) {
        // The client would commit it as a member of a later sharing, which may have given it to another.
        if (isRevoked) throw lost(partition)
        await commit(partition, offset, metadata)
      },
    }
    const life = (lives.get(partition) ?? Promise.resolve()).then(() =>
      stop.signal.aborted ? undefined : work(partition, holding, stop.signal),
    )
    lives.set(partition, life)
    return life
  }

  const ended = Promise.all(partitions.map(begin))
  return {
    offer: (partition, messages) => feeds.get(partition)?.offer(messages),
    async end() {
      stop.abort()
      await ended
    },
    revoke,
  }
}
