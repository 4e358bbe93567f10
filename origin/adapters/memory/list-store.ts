import { compareIds, newestFirst, type PostId } from '../../../shared/ids.ts'
import type { ListKey } from '../../../shared/keys.ts'
import type { PostList } from '../../../shared/list.ts'
import type { ListStore } from '../../ports/list-store.ts'
import { generationOfList, wholeList, type MemoryNode } from './node.ts'

export function memoryListStore(
  node: MemoryNode,
  { postsMax }: { readonly postsMax: () => number },
): ListStore {
  return {
    push(lists, post) {
      for (const list of lists) pushTo(node, list, post, postsMax())
      return Promise.resolve()
    },

    read: (list) => Promise.resolve(wholeList(node, list)),

    async warm(list, load) {
      const generation = generationOfList(node, list)
      if (generation === undefined) return 'gave-up'
      if (node.lists.get(list)?.state === 'warming' || wholeList(node, list) !== undefined) {
        return 'owned'
      }
      const warmer = Symbol('warmer')
      node.lists.set(list, { state: 'warming', warmer, pushed: new Set() })
      const loaded = await load()
      const found = node.lists.get(list)
      if (found?.state !== 'warming' || found.warmer !== warmer) return 'gave-up'
      if (generationOfList(node, list) !== generation) return 'gave-up'
      const posts = { ...loaded, ids: [...new Set([...found.pushed, ...loaded.ids])] }
      node.lists.set(list, { state: 'whole', generation, posts })
      return 'warmed'
    },

    drop(lists) {
      for (const list of lists) node.lists.delete(list)
      return Promise.resolve()
    },
  }
}

/** Reaches only a list that exists; one that is being warmed keeps it for its warmer. */
export function pushTo(node: MemoryNode, list: ListKey, post: PostId, postsMax: number): void {
  const found = node.lists.get(list)
  if (found === undefined) return
  if (found.state === 'warming') found.pushed.add(post)
  else node.lists.set(list, { ...found, posts: withPost(found.posts, post, postsMax) })
}

function withPost(posts: PostList, post: PostId, postsMax: number): PostList {
  const ids = [...new Set([...posts.ids, post])].toSorted(newestFirst)
  const cut = ids[postsMax]
  const floor = cut !== undefined && compareIds(cut, posts.floor) > 0 ? cut : posts.floor
  return { ...posts, ids: ids.slice(0, postsMax), floor }
}
