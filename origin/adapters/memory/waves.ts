import { bucketOf, bucketOfKey, type Bucket } from '../../../shared/keys.ts'
import type { Waves } from '../../ports/waves.ts'
import { watermarkOf } from './delivery-store.ts'
import { wholeList, type MemoryNode } from './node.ts'

export function memoryWaves(node: MemoryNode, onWave?: () => void): Waves {
  return {
    send(request) {
      onWave?.()
      const { lists = [], posts = [], heads = [], users = [], counts = [], viewers = [] } = request
      const sessions = request.sessions ?? []
      const buckets = new Set<Bucket | undefined>([
        ...lists.map(bucketOfKey),
        ...[posts, heads, users, counts, viewers].flat().map(bucketOf),
        ...sessions.map(({ viewer }) => bucketOf(viewer)),
      ])
      return Promise.resolve({
        watermarks: found(
          [...buckets].filter((bucket) => bucket !== undefined),
          (bucket) => watermarkOf(node, bucket),
        ),
        lists: found(lists, (list) => wholeList(node, list)),
        posts: found(posts, (post) => node.posts.get(post)),
        heads: found(heads, (post) => {
          const fragment = node.posts.get(post)
          return fragment && { ...fragment, authorVersion: 0, json: undefined }
        }),
        users: found(users, (user) => node.users.get(user)),
        counts: found(counts, (user) => node.counts.get(user)?.json),
        viewers: found(viewers, (viewer) => node.viewers.get(viewer)),
        sessions: new Map(
          sessions.flatMap(({ viewer, session }) => {
            const kept = node.sessions.get(viewer)?.find((one) => one.session === session)
            return kept === undefined ? [] : [[session, kept.text] as const]
          }),
        ),
      })
    },
  }
}

function found<Key, Value>(
  asked: readonly Key[],
  find: (key: Key) => Value | undefined,
): Map<Key, Value> {
  const answers = new Map<Key, Value>()
  for (const key of asked) {
    const value = find(key)
    if (value !== undefined) answers.set(key, value)
  }
  return answers
}
