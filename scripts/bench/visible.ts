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
import { insertUsers, JWT } from './people.ts'
import { publish } from './publish.ts'
import { HOME } from './warm-pages.ts'
import type { BenchWorld } from './world.ts'

const POSTS = 60
/** Code that has run some hundred times is not compiled yet; a deployment's is. */
const WARM_MS = 5_000
const BARE_ROUNDS = 60
const DEADLINE_MS = 10_000

/** From the sending of a post until a follower's page holds it, against the steps that nothing can be faster than. */
export const visible = (world: BenchWorld): Promise<readonly Figure[]> =>
  visibleOver(world, { name: 'visible', eventLog: {}, hopMs: notifyMs })

export async function visibleOnKafka(world: BenchWorld): Promise<readonly Figure[]> {
  const eventLog = await world.kafka()
  const hopMs = () => brokerHopMs(eventLog['KAFKA_BROKERS'] ?? '')
  return visibleOver(world, { name: 'visible-kafka', eventLog, hopMs })
}

interface LogUnderway {
  readonly name: string
  readonly eventLog: EventLogEnv
  /** From one process to another by what carries the log, without us. */
  readonly hopMs: (postgres: pg.Client, databaseUrl: string) => Promise<number>
}

async function visibleOver(
  world: BenchWorld,
  { name, eventLog, hopMs }: LogUnderway,
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

  const bare = {
    commit: await medianMs(
      () => postgres.query(`insert into bare (text) values ('a row')`),
      () => postgres.query('create table bare (id bigint generated always as identity, text text)'),
    ),
    hop: await hopMs(postgres, databaseUrl),
    batch: await batchMs(redis.url),
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
  for (const warmAt = performance.now() + WARM_MS; performance.now() < warmAt;) await lagMs()
  const counted: number[] = []
  for (let post = 0; post < POSTS; post += 1) counted.push(await lagMs())
  await postgres.end()

  const bareMs = bare.commit + bare.hop + bare.batch
  const p99Ms = counted.toSorted((a, b) => a - b)[Math.floor(0.99 * counted.length)]
  const parts = Object.entries(bare).map(([name, ms]) => `${name} ${ms.toFixed(1)}`)
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

async function medianMs(
  work: () => Promise<unknown>,
  before: () => Promise<unknown> = () => Promise.resolve(),
): Promise<number> {
  await before()
  const times: number[] = []
  for (let round = 0; round < BARE_ROUNDS; round += 1) {
    const startedAt = performance.now()
    await work()
    times.push(performance.now() - startedAt)
  }
  return median(times)
}

/** NOTIFY on one connection until LISTEN on another hears it. */
async function notifyMs(sender: pg.Client, databaseUrl: string): Promise<number> {
  const listener = new pg.Client({ connectionString: databaseUrl })
  await listener.connect()
  await listener.query('listen bare')
  const hop = await medianMs(async () => {
    const heard = once(listener, 'notification')
    await sender.query('notify bare')
    await heard
  })
  await listener.end()
  return hop
}

/** One message from a producer to a consumer that waits for it. */
async function brokerHopMs(brokers: string): Promise<number> {
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
  const hop = await medianMs(async () => {
    const message = once(heard, 'message')
    await producer.send({ topic: 'bare', acks: -1, messages: [{ value: 'a message' }] })
    await message
  })
  await Promise.all([producer.disconnect(), consumer.disconnect()])
  return hop
}

async function batchMs(redisUrl: string): Promise<number> {
  const connection = await connectRaw(redisUrl)
  const names = Array.from({ length: PUSH_BATCH_MAX }, (_, at) => `{00}:t:bare${at}` as ListKey)
  await fillLists(connection, names, 700)
  const batch = await medianMs(() =>
    connection.send(names.map((name) => ['LPUSHX', name, postAt(0)] as const)),
  )
  await connection.send(names.map((name) => ['UNLINK', name] as const))
  connection.close()
  return batch
}
