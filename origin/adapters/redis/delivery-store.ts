import { allBuckets, keys, type Bucket } from '../../../shared/keys.ts'
import {
  PUSH_BATCH_MAX,
  REDIS_CONNECT_DEADLINE_MS,
  REDIS_DEADLINE_MS,
  SCRIPT_BATCH_MAX,
} from '../../../shared/limits.ts'
import type { Watermark } from '../../../shared/watermark.ts'
import {
  PUT_POST,
  PUT_VERSIONED,
  PUT_VIEWER,
  putPostArguments,
  putVersionedArguments,
  putViewerArguments,
} from '../../lists/put.ts'
import { isTrimDue, TRIM } from '../../lists/trim.ts'
import { BEGIN_LIFE, beginLifeArguments, CLAIM, EMPTY } from '../../lists/watermark.ts'
import type { DeliverySession, DeliveryStore } from '../../ports/delivery-store.ts'
import { watermarksOf, wipe } from './bucket-lives.ts'
import type { ClusterMap } from './cluster-map.ts'
import { rawConnection } from './raw-connection.ts'
import { encodePushes } from './resp.ts'
import { evalsha, firstKey, type ScriptCall } from './scripts.ts'
import { linkToCluster, linkToOne } from './session-link.ts'
import { sharedLinks, type LinkShare } from './shared-link.ts'
import { turns } from './turns.ts'

export interface RedisDeliveryStoreDeps {
  readonly url: string
  /** Of the cluster that the URL names, when it names one. */
  readonly cluster?: ClusterMap | undefined
  readonly postsMax: () => number
  /** For the answers to one write. */
  readonly deadlineMs?: number
}

/** All sessions share sockets, one a node: see `rawConnection` for what each promises. */
export function redisDeliveryStore({
  url,
  cluster,
  postsMax,
  deadlineMs = REDIS_DEADLINE_MS,
}: RedisDeliveryStoreDeps): DeliveryStore {
  const connect = async (node: string) => {
    const connection = await rawConnection({
      url: node,
      name: 'headwater-delivery',
      connectTimeoutMs: REDIS_CONNECT_DEADLINE_MS,
      deadlineMs,
    })
    // A node that forgets them later answers with an error, which ends the session.
    await connection.send(SCRIPTS.map(({ lua }) => ['SCRIPT', 'LOAD', lua] as const))
    return connection
  }
  const share = sharedLinks(() =>
    cluster === undefined ? linkToOne(url, connect) : linkToCluster(cluster, connect),
  )
  return { open: async () => deliverySession(await share(), postsMax) }
}

const SCRIPTS = [TRIM, EMPTY, BEGIN_LIFE, CLAIM, PUT_POST, PUT_VERSIONED, PUT_VIEWER]

function deliverySession(link: LinkShare, postsMax: () => number): DeliverySession {
  let found: ReadonlyMap<Bucket, Watermark> = new Map()
  const { alone, alongside } = turns()
  const { send } = link
  const run = (calls: readonly ScriptCall[]) => send(calls.map(evalsha), SCRIPT_BATCH_MAX, firstKey)

  return {
    watermarks: () =>
      alone(async () => {
        const replies = await send(
          allBuckets.map((bucket) => ['HGETALL', keys.watermark(bucket)]),
          PUSH_BATCH_MAX,
        )
        found = watermarksOf(replies)
        return found
      }),

    begin: (buckets, generation, mark) =>
      alone(async () => {
        const lives = new Map(buckets.map((bucket) => [bucket, found.get(bucket)?.generation]))
        await Promise.all(link.connections.map((connection) => wipe(lives, connection)))
        await run(
          buckets.map((bucket) => ({
            script: BEGIN_LIFE,
            keys: [keys.watermark(bucket)],
            args: beginLifeArguments(found.get(bucket)?.generation, generation, mark),
          })),
        )
      }),

    push: (lists, post) =>
      alongside(async () => {
        const lengths = await send(encodePushes(lists, post), PUSH_BATCH_MAX)
        const due = lists.filter((_, at) => isTrimDue(Number(lengths[at]), postsMax()))
        await run(due.map((list) => ({ script: TRIM, keys: [list], args: [String(postsMax())] })))
      }),

    putPosts: (fragments) =>
      alongside(async () => {
        await run(
          [...fragments].map(([post, fragment]) => ({
            script: PUT_POST,
            keys: [keys.post(post)],
            args: putPostArguments(fragment),
          })),
        )
      }),

    putUsers: (fragments) =>
      alongside(async () => {
        await run(
          [...fragments].map(([user, fragment]) => ({
            script: PUT_VERSIONED,
            keys: [keys.user(user)],
            args: putVersionedArguments(fragment),
          })),
        )
      }),

    putViewers: (records) =>
      alongside(async () => {
        await run(
          records.map((record) => ({
            script: PUT_VIEWER,
            keys: [keys.viewer(record.viewer)],
            args: putViewerArguments(record),
          })),
        )
      }),

    claim: (claims) => alone(() => link.claim(claims)),

    [Symbol.asyncDispose]() {
      link.letGo()
      return Promise.resolve()
    },
  }
}
