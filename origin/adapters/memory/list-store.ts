import { compareIds, newestFirst, type PostId } from '../../../shared/ids.ts'
import type { ListKey } from '../../../shared/keys.ts'
import { LIST_LIFE_MS, WARMING_MS } from '../../../shared/limits.ts'
import type { PostList } from '../../../shared/list.ts'
import type { ListStore } from '../../ports/list-store.ts'
import { generationOfList, livingList, wholeList, type MemoryRedis } from './node.ts'

export function memoryListStore(
  node: MemoryRedis,
  { postsMax }: { readonly postsMax: () => number },
): ListStore {
  let warmers = 0
  return {
    push(lists, post) {
      for (const list of lists) pushTo(node, list, post, postsMax())
      return Promise.resolve()
    },

    read: (list) => Promise.resolve(wholeList(node, list)),

    async warm(list, load) {
      const generation = generationOfList(node, list)
      if (generation === undefined) return 'gave-up'
      if (livingList(node, list)?.state === 'warming' || wholeList(node, list) !== undefined) {
        return 'owned'
      }
      warmers += 1
      const warmer = `${node.now()}.${warmers}.${node.journal.count()}`
      const expiresAtMs = node.now() + WARMING_MS
      node.lists.set(list, { state: 'warming', warmer, pushed: [], expiresAtMs })
      const loaded = await load()
      const found = livingList(node, list)
      if (found?.state !== 'warming' || found.warmer !== warmer) return 'gave-up'
      if (generationOfList(node, list) !== generation) return 'gave-up'
      const posts = { ...loaded, ids: [...new Set([...found.pushed, ...loaded.ids])] }
      const state = { state: 'whole', generation, posts } as const
      node.lists.set(list, { ...state, expiresAtMs: node.now() + LIST_LIFE_MS })
      return 'warmed'
    },

    drop(lists) {
      for (const list of lists) node.lists.delete(list)
      return Promise.resolve()
    },
  }
}

/** Reaches only a list that exists; one that is being warmed keeps it for its warmer. */
export function pushTo(node: MemoryRedis, list: ListKey, post: PostId, postsMax: number): void {
  const found = livingList(node, list)
  if (found === undefined) return
  if (found.state === 'warming') {
    node.lists.set(list, { ...found, pushed: [...found.pushed, post] })
  } else {
    node.lists.set(list, { ...found, posts: withPost(found.posts, post, postsMax) })
  }
}

function withPost(posts: PostList, post: PostId, postsMax: number): PostList {
  const ids = [...new Set([...posts.ids, post])].toSorted(newestFirst)
  const cut = ids[postsMax]
  const floor = cut !== undefined && compareIds(cut, posts.floor) > 0 ? cut : posts.floor
  return { ...posts, ids: ids.slice(0, postsMax), floor }
}
