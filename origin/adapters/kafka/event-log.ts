import type { Kafka, KafkaMessage } from 'kafkajs'
import { backoffMs } from '../../../shared/backoff.ts'
import {
  KAFKA_REBALANCE_MS,
  KAFKA_SESSION_MS,
  LOG_BEAT_MS,
  LOG_COMMIT_IDLE_MS,
} from '../../../shared/limits.ts'
import type { EventLog, PartitionConsumer } from '../../ports/event-log.ts'
import type { Pace } from '../../ports/pace.ts'
import { joinGroup } from './membership.ts'
import { workPartition } from './partition-worker.ts'
import type { Positions } from './positions.ts'
import { groupIdOf, type Topics } from './topics.ts'

export interface KafkaEventLogDeps {
  readonly kafka: Kafka
  readonly topics: Topics
  readonly positions: Positions
  /** Rejects while the log is away, or is not the one that it must be. */
  readonly ready: () => Promise<unknown>
  readonly pace: Pace
  /** Takes what no version of us has written. */
  readonly bury: (partition: number, message: KafkaMessage, error: unknown) => Promise<void>
  readonly onFailure: (error: unknown, where: { group: string; partition?: number }) => void
}

export interface KafkaEventLogOptions {
  readonly sessionMs?: number
  readonly beatMs?: number
  readonly rebalanceMs?: number
  readonly commitIdleMs?: number
}

/**
 * Kafka as the log: a consumer group shares the partitions, positions are offsets. Groups are shared anew as
 * a whole: every member finishes what it has in hand and closes before it asks for its new share, so that
 * two owners of a partition at once need a member that hangs for longer than a rebalance waits.
 */
export function kafkaEventLog(
  { kafka, topics, positions, ready, pace, bury, onFailure }: KafkaEventLogDeps,
  {
    sessionMs = KAFKA_SESSION_MS,
    beatMs = LOG_BEAT_MS,
    rebalanceMs = KAFKA_REBALANCE_MS,
    commitIdleMs = LOG_COMMIT_IDLE_MS,
  }: KafkaEventLogOptions = {},
): EventLog {
  async function consume(
    group: string,
    make: (partition: number) => PartitionConsumer,
    signal: AbortSignal,
  ): Promise<void> {
    const groupId = groupIdOf(topics, group)
    const lives = new Map<number, Promise<void>>()
    let failures = 0
    const membership = {
      kafka,
      topic: topics.events,
      groupId,
      pace,
      lives,
      onFailure: (error: unknown) => onFailure(error, { group }),
      work: (
        partition: number,
        holding: Parameters<typeof workPartition>[2],
        stop: AbortSignal,
      ) => {
        failures = 0
        const deps = {
          startOf: (each: number, fromTick: number | undefined) =>
            positions.startOf(groupId, each, fromTick),
          bury,
          pace,
          commitIdleMs,
          onFailure: (error: unknown) => onFailure(error, { group, partition }),
        }
        return workPartition(partition, make, holding, deps, stop)
      },
    }
    while (!signal.aborted) {
      try {
        await ready()
        await joinGroup(membership, { sessionMs, beatMs, rebalanceMs }, signal)
      } catch (error) {
        onFailure(error, { group })
        await pace.sleep(backoffMs((failures += 1), pace.random), signal)
      }
    }
  }

  return { consume }
}
