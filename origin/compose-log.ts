import { randomUUID } from 'node:crypto'
import { COUNT_GROUP } from './count/count.ts'
import { DELIVERY_GROUP } from './delivery/give-up.ts'
import { buryForeign, withDeadLetterTopic } from './adapters/kafka/dead-letters.ts'
import { kafkaClient } from './adapters/kafka/client.ts'
import { kafkaEventLog } from './adapters/kafka/event-log.ts'
import { kafkaGroupLags } from './adapters/kafka/group-lags.ts'
import { kafkaPositions } from './adapters/kafka/positions.ts'
import { kafkaPublisher, kafkaSender } from './adapters/kafka/publisher.ts'
import { kafkaRangeQueue } from './adapters/kafka/range-queue.ts'
import { readyLog } from './adapters/kafka/ready-log.ts'
import { topicsOf } from './adapters/kafka/topics.ts'
import { postgresDeadLetters } from './adapters/postgres/dead-letters.ts'
import { postgresEventLog, type EventLogDeps } from './adapters/postgres/event-log.ts'
import { postgresGroupLags } from './adapters/postgres/group-lags.ts'
import { checkPublishedTo, postgresPublications } from './adapters/postgres/publications.ts'
import { postgresRangeQueue } from './adapters/postgres/range-queue.ts'
import { postgresTickTimes } from './adapters/postgres/tick-times.ts'
import type { Config } from './config.ts'
import type { DeadLetters } from './ports/dead-letters.ts'
import type { RangeQueue } from './ports/delivery-ranges.ts'
import type { EventLog } from './ports/event-log.ts'
import type { GroupLags } from './ports/group-lags.ts'
import type { Outbox } from './ports/outbox.ts'
import type { Pace } from './ports/pace.ts'
import type { Signal } from './ports/signal.ts'
import { publishOutbox } from './relay/publish-outbox.ts'

export interface LogDeps {
  readonly pool: EventLogDeps['pool']
  readonly outbox: Outbox
  readonly signal: Signal
  readonly pace: Pace
  readonly failed: (what: string, error: unknown) => void
}

/** What the rest of the process needs of its log. */
export interface OpenLog {
  readonly events: EventLog
  readonly lags: GroupLags
  readonly deadLetters: DeadLetters
  /** Jobs of large deliveries. */
  readonly ranges: RangeQueue
  /** For the leader, when the log is not the outbox itself. */
  readonly publish: ((signal: AbortSignal) => Promise<void>) | undefined
}

export const openLog = (
  config: Config['eventLog'],
  open: AsyncDisposableStack,
  deps: LogDeps,
): Promise<OpenLog> =>
  config.adapter === 'kafka' ? kafkaLog(config, open, deps) : Promise.resolve(outboxLog(deps))

const failedIn =
  ({ failed }: Pick<LogDeps, 'failed'>) =>
  (error: unknown, { group, partition }: { group: string; partition?: number }) =>
    failed(`log ${group} ${partition ?? ''}`, error)

const outboxLog = (deps: LogDeps): OpenLog => ({
  events: postgresEventLog({
    pool: deps.pool,
    outbox: deps.outbox,
    wakeups: deps.signal,
    pace: deps.pace,
    member: randomUUID(),
    onFailure: failedIn(deps),
  }),
  lags: postgresGroupLags(deps.pool),
  deadLetters: postgresDeadLetters(deps.pool),
  ranges: postgresRangeQueue({
    pool: deps.pool,
    pace: deps.pace,
    onFailure: (error) => deps.failed('delivery of a range', error),
  }),
  publish: undefined,
})

/** A Kafka that is not there yet is waited for; one that is another than it should be ends the start. */
async function kafkaLog(
  { brokers, topicPrefix }: Extract<Config['eventLog'], { adapter: 'kafka' }>,
  open: AsyncDisposableStack,
  deps: LogDeps,
): Promise<OpenLog> {
  const { pool, outbox, signal, pace, failed } = deps
  const topics = topicsOf(topicPrefix)
  const kafka = kafkaClient({ brokers, clientId: 'headwater' })
  const admin = open.adopt(kafka.admin(), (each) => each.disconnect())
  const sender = open.use(kafkaSender(kafka))
  const ticks = postgresTickTimes(pool)
  const ready = readyLog({
    admin,
    topics,
    check: ({ name, isEmpty }) => checkPublishedTo(pool, name, isEmpty),
  })
  await ready.now((error) => failed('kafka', error))

  /** The log, or the jobs as one: what differs is the topic. */
  const logOver = (topic: string) => {
    const own = { ...topics, events: topic }
    return kafkaEventLog({
      kafka,
      topics: own,
      ready: () => ready.name(),
      positions: kafkaPositions({ admin, topic, ticks, onGone: (error) => failed('log', error) }),
      pace,
      bury: buryForeign({ sender, topics: own }, (words) =>
        failed('log', new Error(`a message that is not ours went to ${topics.dead}: ${words}`)),
      ),
      onFailure: failedIn(deps),
    })
  }
  const publications = async () => postgresPublications(pool, await ready.name())
  const publishing = {
    outbox,
    publisher: kafkaPublisher(sender, topics),
    publications: {
      position: async () => (await publications()).position(),
      mark: async (position) => (await publications()).mark(position),
    },
    wakeups: signal,
    pace,
    onFailure: (error) => failed('publishing', error),
  } satisfies Parameters<typeof publishOutbox>[0]

  return {
    events: logOver(topics.events),
    ranges: kafkaRangeQueue({
      sender,
      topics,
      log: logOver(topics.ranges),
      onStrange: (error) => failed('delivery of a range', error),
    }),
    lags: kafkaGroupLags({
      admin,
      topics,
      groups: [DELIVERY_GROUP, COUNT_GROUP],
      ticks,
      publishing: postgresGroupLags(pool),
    }),
    deadLetters: withDeadLetterTopic(postgresDeadLetters(pool), { sender, topics }),
    publish: (ended) => publishOutbox(publishing, ended),
  }
}
