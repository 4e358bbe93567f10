import type { PostId } from '../../../shared/ids.ts'
import type { Bucket, ListKey } from '../../../shared/keys.ts'

/** A list as a plain set: what it must show above whatever floor it states. */
type PlainList =
  | { readonly state: 'warming'; readonly token: string; readonly posts: ReadonlySet<PostId> }
  | {
      readonly state: 'whole'
      readonly generation: string
      readonly posts: ReadonlySet<PostId>
      /** The floor that it was warmed with; trims may raise it. */
      readonly floor: PostId
    }

/** What a Redis node has to hold, said without scripts, markers or elements. Immutable: a moment can be kept. */
export interface PlainNode {
  readonly lists: ReadonlyMap<ListKey, PlainList>
  readonly generations: ReadonlyMap<Bucket, string>
}

export const EMPTY: PlainNode = { lists: new Map(), generations: new Map() }

export function visible(node: PlainNode, list: ListKey, bucket: Bucket) {
  const found = node.lists.get(list)
  const isOfThisLife = found?.state === 'whole' && found.generation === node.generations.get(bucket)
  return isOfThisLife ? found : undefined
}

export function pushed(node: PlainNode, list: ListKey, post: PostId): PlainNode {
  const found = node.lists.get(list)
  if (found === undefined) return node
  return withList(node, list, { ...found, posts: new Set([...found.posts, post]) })
}

export type Begun = 'begun' | 'owned' | 'gave-up'

export function warmBegun(
  node: PlainNode,
  list: ListKey,
  bucket: Bucket,
  token: string,
): { readonly node: PlainNode; readonly begun: Begun } {
  if (!node.generations.has(bucket)) return { node, begun: 'gave-up' }
  const isWarming = node.lists.get(list)?.state === 'warming'
  if (isWarming || visible(node, list, bucket) !== undefined) return { node, begun: 'owned' }
  return {
    node: withList(node, list, { state: 'warming', token, posts: new Set() }),
    begun: 'begun',
  }
}

export function warmEnded(
  node: PlainNode,
  list: ListKey,
  bucket: Bucket,
  loaded: {
    readonly token: string
    readonly generation: string
    readonly posts: readonly PostId[]
    readonly floor: PostId
  },
): { readonly node: PlainNode; readonly ended: 'warmed' | 'gave-up' } {
  const found = node.lists.get(list)
  const isOurs = found?.state === 'warming' && found.token === loaded.token
  if (!isOurs || node.generations.get(bucket) !== loaded.generation) {
    return { node, ended: 'gave-up' }
  }
  const { generation, floor } = loaded
  const posts = new Set([...found.posts, ...loaded.posts])
  return {
    node: withList(node, list, { state: 'whole', generation, posts, floor }),
    ended: 'warmed',
  }
}

export function without(node: PlainNode, list: ListKey): PlainNode {
  const lists = new Map(node.lists)
  lists.delete(list)
  return { ...node, lists }
}

/** A life of a bucket begins with nothing in it. */
export function lifeBegun(
  node: PlainNode,
  bucket: Bucket,
  generation: string,
  lists: readonly ListKey[],
): PlainNode {
  const emptied = lists.reduce(without, node)
  return { ...emptied, generations: new Map([...emptied.generations, [bucket, generation]]) }
}

const withList = (node: PlainNode, list: ListKey, plain: PlainList): PlainNode => ({
  ...node,
  lists: new Map([...node.lists, [list, plain]]),
})
