import { once } from 'node:events'
import pg from 'pg'
import type { ListKey } from '../../shared/keys.ts'
import { kafkaClient } from '../../origin/adapters/kafka/client.ts'
import { PUSH_BATCH_MAX } from '../../shared/limits.ts'
import { devToken } from '../local/dev-token.ts'
import type { EventLogEnv } from '../local/event-log.ts'
import { until } from '../local/until.ts'
import { asking } from './asking.ts'
import { atMost, median, type Figure } from './figure.ts'
import { connectRaw, fillLists, postAt } from './full-lists.ts'
import { insertUsers } from '../../test/support/crowd.ts'
import { publish } from './publish.ts'
import { HOME } from './warm-pages.ts'
import { JWT, type BenchWorld } from './world.ts'

const POSTS = 60
/** Code that has run some hundred times is not compiled yet; a deployment's is. */
const WARM_MS = 5_000
const DEADLINE_MS = 10_000

/** From the sending of a post until a follower's page holds it, against the steps that nothing can be faster than. */
export const visible = (world: BenchWorld): Promise<readonly Figure[]> =>
  visibleOver(world, { name: 'visible', eventLog: {}, hop: notifying })

export async function visibleOnKafka(world: BenchWorld): Promise<readonly Figure[]> {
  const eventLog = await world.kafka()
  const hop = () => sendingToBroker(eventLog['KAFKA_BROKERS'] ?? '')
  return visibleOver(world, { name: 'visible-kafka', eventLog, hop })
}

interface LogUnderway {
  readonly name: string
  readonly eventLog: EventLogEnv
  /** From one process to another by what carries the log, without us. */
  readonly hop: (postgres: pg.Client, databaseUrl: string) => Promise<Bare>
}

/** A step that nothing can be faster than, to be done again and again. */
interface Bare extends AsyncDisposable {
  readonly step: () => Promise<unknown>
}

async function visibleOver(
  world: BenchWorld,
  { name, eventLog, hop: hopOf }: LogUnderway,
): Promise<readonly Figure[]> {
  const [databaseUrl, redis] = [await world.database(), await world.redis()]
  const postgres = new pg.Client({ connectionString: databaseUrl })
  await postgres.connect()
  const [author = '', follower = ''] = await insertUsers(postgres, 'person', 2)
  await postgres.query('insert into follows (follower_id, followee_id) values ($1, $2)', [
    follower,
    author,
  ])
  const origin = await world.origin({ databaseUrl, redisUrl: redis.url, eventLog })
  const [bearer, headers] = [
    await devToken({ ...JWT, subject: author }),
    { authorization: `Bearer ${await devToken({ ...JWT, subject: follower })}` },
  ]
  using client = await asking(origin.port)
  const page = () => client.ask(HOME, headers)

  await postgres.query('create table bare (id bigint generated always as identity, text text)')
  await using hop = await hopOf(postgres, databaseUrl)
  await using batch = await pushing(redis.url)
  const steps = {
    commit: () => postgres.query(`insert into bare (text) values ('a row')`),
    hop: hop.step,
    batch: batch.step,
  }
  const lagMs = async () => {
    const startedAt = performance.now()
    const id = await publish(client, bearer, 'A post')
    await until(async () => (await page()).includes(id), {
      deadlineMs: DEADLINE_MS,
      what: 'a post on a page',
      everyMs: 1,
    })
    return performance.now() - startedAt
  }
  // The bare steps in turns with posts, as a disk that is slow now and then is slow for both.
  const round = async () => ({
    commit: await msOf(steps.commit),
    hop: await msOf(steps.hop),
    batch: await msOf(steps.batch),
    lag: await lagMs(),
  })
  for (const warmAt = performance.now() + WARM_MS; performance.now() < warmAt;) await round()
  const rounds: Awaited<ReturnType<typeof round>>[] = []
  for (let post = 0; post < POSTS; post += 1) rounds.push(await round())
  await postgres.end()

  const counted = rounds.map(({ lag }) => lag)
  const bare = (['commit', 'hop', 'batch'] as const).map(
    (step) => [step, median(rounds.map((each) => each[step]))] as const,
  )
  const bareMs = bare.reduce((sum, [, ms]) => sum + ms, 0)
  const p99Ms = counted.toSorted((a, b) => a - b)[Math.floor(0.99 * counted.length)]
  const parts = bare.map(([step, ms]) => `${step} ${ms.toFixed(2)}`)
  return [
    {
      name: `${name}-p50`,
      claim: 'post to visible on a follower’s page, against commit + hop + batch, each bare',
      unit: '×',
      bound: atMost(3),
      values: counted.map((ms) => ms / bareMs),
      sides: `${median(counted).toFixed(1)} ms against ${parts.join(' + ')} ms`,
    },
    {
      name: `${name}-p99`,
      claim: 'post to visible on a follower’s page',
      unit: 'ms',
      bound: atMost(200),
      values: [p99Ms ?? Number.NaN],
    },
  ]
}

async function msOf(step: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await step()
  return performance.now() - startedAt
}

/** NOTIFY on one connection until LISTEN on another hears it. */
async function notifying(sender: pg.Client, databaseUrl: string): Promise<Bare> {
  const listener = new pg.Client({ connectionString: databaseUrl })
  await listener.connect()
  await listener.query('listen bare')
  return {
    async step() {
      const heard = once(listener, 'notification')
      await sender.query('notify bare')
      await heard
    },
    [Symbol.asyncDispose]: () => listener.end(),
  }
}

/** One message from a producer to a consumer that waits for it. */
async function sendingToBroker(brokers: string): Promise<Bare> {
  const kafka = kafkaClient({ brokers: brokers.split(','), clientId: 'bare' })
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic: 'bare', numPartitions: 1 }] })
  await admin.disconnect()
  const [producer, consumer] = [kafka.producer(), kafka.consumer({ groupId: 'bare' })]
  const heard = new EventTarget()
  await Promise.all([producer.connect(), consumer.connect()])
  await consumer.subscribe({ topics: ['bare'] })
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve))
  await consumer.run({ eachMessage: async () => void heard.dispatchEvent(new Event('message')) })
  await joined
  return {
    async step() {
      const message = once(heard, 'message')
      await producer.send({ topic: 'bare', acks: -1, messages: [{ value: 'a message' }] })
      await message
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([producer.disconnect(), consumer.disconnect()])
    },
  }
}

/** One batch of ids into as many long lists. */
async function pushing(redisUrl: string): Promise<Bare> {
  const connection = await connectRaw(redisUrl)
  const names = Array.from({ length: PUSH_BATCH_MAX }, (_, at) => `{00}:t:bare${at}` as ListKey)
  await fillLists(connection, names, 700)
  return {
    step: () => connection.send(names.map((name) => ['LPUSHX', name, postAt(0)] as const)),
    async [Symbol.asyncDispose]() {
      await connection.send(names.map((name) => ['UNLINK', name] as const))
      connection.close()
    },
  }
}
