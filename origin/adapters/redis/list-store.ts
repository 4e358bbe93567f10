import { bucketOfKey, keys, type ListKey } from '../../../shared/keys.ts'
import { PUSH_BATCH_MAX } from '../../../shared/limits.ts'
import { readList, type Generation } from '../../../shared/list.ts'
import { watermarkFields } from '../../../shared/watermark.ts'
import { isTrimDue, TRIM } from '../../lists/trim.ts'
import { WARM_BEGIN, warmBeginArguments, WARM_END, warmEndArguments } from '../../lists/warm.ts'
import type { ListStore } from '../../ports/list-store.ts'
import type { RedisNodes } from './connection.ts'
import { sendAll, whole } from './pipeline.ts'
import { runScripts } from './scripts.ts'

export interface RedisListStoreDeps {
  readonly nodes: RedisNodes
  /** Posts that a list keeps: a setting, so it is asked each time. */
  readonly postsMax: () => number
  /** Names one warming among all; two equal ones would share a fence. */
  readonly newToken: () => string
}

export function redisListStore({ nodes, postsMax, newToken }: RedisListStoreDeps): ListStore {
  return {
    async push(lists, post) {
      for (let at = 0; at < lists.length; at += PUSH_BATCH_MAX) {
        const chunk = lists.slice(at, at + PUSH_BATCH_MAX)
        const lengths = whole(
          await sendAll(
            nodes,
            chunk.map((list) => ['LPUSHX', list, post]),
          ),
        )
        const due = chunk.filter((_, index) => isTrimDue(Number(lengths[index]), postsMax()))
        await runScripts(
          nodes,
          due.map((list) => ({ script: TRIM, keys: [list], args: [String(postsMax())] })),
        )
      }
    },

    async read(list) {
      const [generation, elements] = whole(
        await sendAll(nodes, [
          ['HGET', watermarkOf(list), watermarkFields.generation],
          ['LRANGE', list, '0', '-1'],
        ]),
      )
      if (typeof generation !== 'string' || !Array.isArray(elements)) return undefined
      return readList(elements as readonly string[], generation as Generation)
    },

    async warm(list, load) {
      const token = newToken()
      const [generation] = await runScripts(nodes, [
        { script: WARM_BEGIN, keys: [list, watermarkOf(list)], args: warmBeginArguments(token) },
      ])
      if (typeof generation !== 'string') return 'gave-up'
      if (generation === '') return 'owned'
      // When this fails the `W` expires with its list; nothing needs to be undone.
      const loaded = await load()
      const [replaced] = await runScripts(nodes, [
        {
          script: WARM_END,
          keys: [list, watermarkOf(list)],
          args: warmEndArguments(token, generation as Generation, loaded),
        },
      ])
      return replaced === 1 ? 'warmed' : 'gave-up'
    },

    async drop(lists) {
      for (let at = 0; at < lists.length; at += PUSH_BATCH_MAX) {
        const chunk = lists.slice(at, at + PUSH_BATCH_MAX)
        whole(
          await sendAll(
            nodes,
            chunk.map((list) => ['UNLINK', list]),
          ),
        )
      }
    },
  }
}

function watermarkOf(list: ListKey): string {
  const bucket = bucketOfKey(list)
  if (bucket === undefined) throw new TypeError(`a list without a bucket: ${list}`)
  return keys.watermark(bucket)
}
