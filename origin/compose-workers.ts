import { randomUUID } from 'node:crypto'
import { LOCKS } from '../drizzle/locks.ts'
import type { LogEvent } from '../shared/events/event.ts'
import type { Now } from '../shared/time.ts'
import { postgresCounts } from './adapters/postgres/counts.ts'
import { postgresLeadership } from './adapters/postgres/leader.ts'
import type { Stores } from './compose-stores.ts'
import type { Config } from './config.ts'
import { count } from './count/count.ts'
import { deliver, type DeliverDeps } from './delivery/deliver.ts'
import { deliverRanges, type DeliverRangesDeps } from './delivery/deliver-ranges.ts'
import { DELIVERY_GROUP } from './delivery/give-up.ts'
import { replayDelivery } from './delivery/replay-delivery.ts'
import { replayDeadLetter } from './log/replay-dead-letter.ts'
import type { Log } from './observe/log.ts'
import type { Metrics } from './observe/metrics.ts'
import { runRelay, type RelayDeps } from './relay/run-relay.ts'
import type { RunningTail } from './tail/tail.ts'

export interface WorkersDeps {
  readonly config: Pick<Config, 'postgres' | 'roles'>
  readonly stores: Stores
  readonly tail: RunningTail
  readonly metrics: Metrics
  readonly log: Log
  readonly now: Now
  readonly failed: (what: string, error: unknown) => void
}

/** What runs beside the answering of requests, until the signal: the relay and the groups of the log, as its roles say. */
export function composeWorkers(deps: WorkersDeps) {
  const { stores, failed } = deps
  const { roles } = deps.config
  const delivery = deliveryDeps(deps)
  const relay = relayDeps(deps)
  const counting = {
    log: stores.log,
    counts: postgresCounts(stores.logPool),
    fills: stores.fills,
    pace: stores.pace,
  }
  const handlers = new Map([
    [DELIVERY_GROUP, replayDelivery({ store: stores.delivery, truth: stores.deliveryTruth })],
  ])

  return {
    replayDeadLetter: (id: string) =>
      replayDeadLetter(id, { deadLetters: stores.deadLetters, handlers }),
    run: (signal: AbortSignal) =>
      Promise.all([
        roles.has('relay')
          ? runRelay(relay, signal).catch((error: unknown) => failed('relay', error))
          : undefined,
        roles.has('deliver') ? deliver(stores.log, delivery, signal) : undefined,
        roles.has('deliver') ? deliverRanges(rangesDeps(deps), signal) : undefined,
        roles.has('count') ? count(counting, signal) : undefined,
      ]),
  }
}

function deliveryDeps({ stores, metrics, now, log }: WorkersDeps): DeliverDeps {
  return {
    store: stores.delivery,
    outbox: stores.outbox,
    generations: stores.generations,
    truth: stores.deliveryTruth,
    waves: stores.waves,
    deadLetters: stores.deadLetters,
    ranging: { ranges: stores.ranges, queue: stores.rangeQueue, newDelivery: () => randomUUID() },
    observer: {
      delivered(_partition, events) {
        const nowMs = now()
        for (const { event, atMs } of events) {
          metrics.eventDelivered(event.type, Math.max(0, nowMs - atMs) / 1000)
          if (event.type === 'post.created') metrics.postDecided(event.delivery)
        }
      },
      gaveUp(event: LogEvent, error: unknown) {
        metrics.deadLetterBuried(DELIVERY_GROUP)
        log.error({ err: error, event: event.id }, 'an event went to the dead letters')
      },
    },
  }
}

const rangesDeps = ({ stores, log }: WorkersDeps): DeliverRangesDeps => ({
  ranges: stores.ranges,
  queue: stores.rangeQueue,
  store: stores.delivery,
  truth: stores.deliveryTruth,
  onGivenUp: ({ author, posts, delivery }, error) =>
    log.error({ err: error, author, posts, delivery }, 'a part of a delivery was given up'),
})

function relayDeps({ config, stores, tail, metrics, log, failed }: WorkersDeps): RelayDeps {
  return {
    leadership: postgresLeadership(config.postgres.url, { lock: LOCKS.leader }),
    outbox: stores.outbox,
    regions: stores.regions,
    tail,
    lags: stores.lags,
    publish: stores.publish,
    wakeups: stores.signal,
    pace: stores.pace,
    onLeading: (term) => log.info({ term }, term === undefined ? 'leads no longer' : 'leads'),
    onFailure: (error) => failed('relay', error),
    watch: {
      choresFailed: (error) => failed('chores of the leader', error),
      regionFailed: (error, region) => failed(`region ${region}`, error),
      groupLags(lags) {
        for (const { group, lagMs, events } of lags) {
          metrics.groupLags(group, lagMs / 1000)
          if (events !== undefined) metrics.groupBehind(group, events)
        }
      },
      groupIsLate({ group, lagMs }) {
        metrics.alarm('group-late', true)
        log.error({ group, lagMs }, 'a group has not moved for a day')
      },
      clocksDiffer(region, ms) {
        metrics.alarm('clocks-differ', true)
        log.error({ region, ms }, 'the clocks of Postgres and of a region differ')
      },
      partitionsKept: ({ made, dropped }) => {
        // Chores begin with this: what is wrong raises its alarm again after it.
        for (const alarm of ['group-late', 'clocks-differ']) metrics.alarm(alarm, false)
        if (made + dropped > 0) log.info({ made, dropped }, 'partitions of the outbox')
      },
    },
  }
}
