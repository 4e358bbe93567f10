import {
  AggregatorRegistry,
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
} from 'prom-client'

/** From 1 ms, since a page that Redis answers takes two or three. */
const PAGE_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5]
/** From 10 ms, about the promises: 0.2 s pushed, 2 s pulled, 5 s at worst. */
const LAG_SECONDS = [0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60]

export type CacheLayer = 'process' | 'redis'

/** Everything that is counted, by name; flows are handed the recorders that they use. */
export interface Metrics {
  readonly feedRead: (mode: string, completeness: string, seconds: number) => void
  /** One stage of the feed's pipeline. */
  readonly stageRan: (stage: string, ms: number) => void
  readonly postsDropped: (filter: string, posts: number) => void
  readonly requestServed: (method: string, route: string, status: number, seconds: number) => void
  /** Sent away before anything was made of it. */
  readonly requestRefused: () => void
  /** How many requests the process takes on at once, asked when somebody looks. */
  readonly admissionLimit: (limit: () => number) => void
  readonly postDecided: (delivery: 'push' | 'pull') => void
  /** Hits of each kind apart: one number over all kinds would flatter. */
  readonly cacheRead: (layer: CacheLayer, kind: string, hits: number, misses: number) => void
  /** From the commit of an event to the end of its delivery. */
  readonly eventDelivered: (type: string, seconds: number) => void
  readonly groupLags: (group: string, seconds: number) => void
  readonly groupBehind: (group: string, events: number) => void
  readonly deadLetterBuried: (group: string) => void
  readonly alarm: (name: string, isRaised: boolean) => void
  /** The text that Prometheus reads. */
  readonly exposition: () => Promise<string>
  /** The same as values, for whoever adds several processes up. */
  readonly samples: () => Promise<unknown>
  readonly contentType: string
}

export function metrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]

  const feedLatency = new Histogram({
    name: 'feed_latency_seconds',
    help: 'Time to a page of the home feed, at the origin',
    labelNames: ['mode', 'completeness'],
    buckets: PAGE_SECONDS,
    registers,
  })
  const stages = new Histogram({
    name: 'feed_stage_seconds',
    help: 'Time of one stage of the feed pipeline',
    labelNames: ['stage'],
    buckets: PAGE_SECONDS,
    registers,
  })
  const dropped = new Counter({
    name: 'feed_posts_dropped_total',
    help: 'Posts that a filter kept off a page',
    labelNames: ['filter'],
    registers,
  })
  const requestLatency = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to an answer, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: PAGE_SECONDS,
    registers,
  })
  const refused = new Counter({
    name: 'http_requests_refused_total',
    help: 'Requests sent away since the process had no time for them',
    registers,
  })
  const decided = { push: 0, pull: 0 }
  const strategies = new Counter({
    name: 'fan_out_strategy_total',
    help: 'Posts by what was decided for them',
    labelNames: ['strategy'],
    registers,
  })
  new Gauge({
    name: 'fan_out_strategy_ratio',
    aggregator: 'average',
    help: 'Share of the posts of this process that were decided so',
    labelNames: ['strategy'],
    registers,
    collect() {
      const all = decided.push + decided.pull
      this.set({ strategy: 'push' }, all === 0 ? 0 : decided.push / all)
      this.set({ strategy: 'pull' }, all === 0 ? 0 : decided.pull / all)
    },
  })
  // Added up by ourselves: each page counts several, and each labelled count takes a microsecond.
  const cacheHits = new Map<string, { layer: string; kind: string; hits: number; all: number }>()
  new Counter({
    name: 'cache_reads_total',
    help: 'Reads of caches by layer, kind and result',
    labelNames: ['layer', 'kind', 'result'],
    registers,
    collect() {
      this.reset()
      for (const { layer, kind, hits, all } of cacheHits.values()) {
        if (hits > 0) this.inc({ layer, kind, result: 'hit' }, hits)
        if (all > hits) this.inc({ layer, kind, result: 'miss' }, all - hits)
      }
    },
  })
  new Gauge({
    name: 'cache_hit_ratio',
    aggregator: 'average',
    help: 'Share of reads that a cache could answer, by layer and kind, since the start',
    labelNames: ['layer', 'kind'],
    registers,
    collect() {
      for (const { layer, kind, hits, all } of cacheHits.values()) {
        this.set({ layer, kind }, all === 0 ? 0 : hits / all)
      }
    },
  })
  const deliveryLag = new Histogram({
    name: 'delivery_lag_seconds',
    help: 'From the commit of an event to the end of its delivery',
    labelNames: ['type'],
    buckets: LAG_SECONDS,
    registers,
  })
  const groupLag = new Gauge({
    name: 'log_group_lag_seconds',
    aggregator: 'max',
    help: 'How far a consumer group is behind, in Postgres time',
    labelNames: ['group'],
    registers,
  })
  const groupEvents = new Gauge({
    name: 'log_group_lag_events',
    aggregator: 'max',
    help: 'How many events a consumer group has before it',
    labelNames: ['group'],
    registers,
  })
  const buried = new Counter({
    name: 'dead_letters_total',
    help: 'Events that a group gave up on',
    labelNames: ['group'],
    registers,
  })
  const alarms = new Gauge({
    name: 'alarm_raised',
    aggregator: 'max',
    help: '1 while the named alarm holds',
    labelNames: ['alarm'],
    registers,
  })

  return {
    feedRead: (mode, completeness, seconds) => feedLatency.observe({ mode, completeness }, seconds),
    stageRan: (stage, ms) => stages.observe({ stage }, ms / 1000),
    postsDropped: (filter, posts) => dropped.inc({ filter }, posts),
    requestServed: (method, route, status, seconds) =>
      requestLatency.observe({ method, route, status: String(status) }, seconds),
    requestRefused: () => refused.inc(),
    admissionLimit: (limit) =>
      void new Gauge({
        name: 'http_requests_in_flight_limit',
        help: 'How many requests the process takes on at once',
        aggregator: 'sum',
        registers,
        collect() {
          this.set(limit())
        },
      }),
    postDecided(strategy) {
      decided[strategy] += 1
      strategies.inc({ strategy })
    },
    cacheRead(layer, kind, hits, misses) {
      const key = `${layer} ${kind}`
      const counted = cacheHits.get(key) ?? { layer, kind, hits: 0, all: 0 }
      counted.hits += hits
      counted.all += hits + misses
      cacheHits.set(key, counted)
    },
    eventDelivered: (type, seconds) => deliveryLag.observe({ type }, seconds),
    groupLags: (group, seconds) => groupLag.set({ group }, seconds),
    groupBehind: (group, events) => groupEvents.set({ group }, events),
    deadLetterBuried: (group) => buried.inc({ group }),
    alarm: (alarm, isRaised) => alarms.set({ alarm }, isRaised ? 1 : 0),
    exposition: () => registry.metrics(),
    samples: () => registry.getMetricsAsJSON(),
    contentType: registry.contentType,
  }
}

type Samples = Parameters<typeof AggregatorRegistry.aggregate>[0]

/** Several processes as one: counts are added, a lag or an alarm is that of the worst, a ratio is their average. */
export const mergedExposition = (samples: readonly unknown[]): Promise<string> =>
  // What other processes of ours have sent over their channels.
  AggregatorRegistry.aggregate([...samples] as Samples).metrics()
