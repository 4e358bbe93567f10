/** Where entries live, within a bound of bytes. It may forget early; it never answers with another key's. */
export interface Sieve<Value> {
  get(key: string): Value | undefined
  /** Something larger than an entry may be is not kept, and what the key held before is forgotten. */
  set(key: string, value: Value, bytes: number): void
  delete(key: string): void
  clear(): void
  readonly bytes: number
  readonly size: number
}

interface Node<Value> {
  readonly key: string
  readonly value: Value
  readonly bytes: number
  visited: boolean
  newer: Node<Value> | undefined
  older: Node<Value> | undefined
}

/**
 * SIEVE: a queue in order of arrival and a hand that moves from old to new, sparing what was read since it
 * last came by. One scan through many cold keys does not wash out the hot ones, and a read moves nothing.
 */
export function sieve<Value>(options: { bytesMax: number; entryBytesMax: number }): Sieve<Value> {
  const nodes = new Map<string, Node<Value>>()
  let newest: Node<Value> | undefined
  let oldest: Node<Value> | undefined
  let hand: Node<Value> | undefined
  let bytes = 0

  function unlink(node: Node<Value>): void {
    if (node.newer === undefined) newest = node.older
    else node.newer.older = node.older
    if (node.older === undefined) oldest = node.newer
    else node.older.newer = node.newer
    if (hand === node) hand = node.newer
    nodes.delete(node.key)
    bytes -= node.bytes
  }

  function evictOne(): void {
    let node = hand ?? oldest
    while (node?.visited === true) {
      node.visited = false
      node = node.newer ?? oldest
    }
    if (node === undefined) throw new TypeError('bytes are held by no entry')
    hand = node
    unlink(node)
  }

  function remove(key: string): void {
    const node = nodes.get(key)
    if (node !== undefined) unlink(node)
  }

  return {
    get(key) {
      const node = nodes.get(key)
      if (node === undefined) return undefined
      node.visited = true
      return node.value
    },
    set(key, value, size) {
      remove(key)
      if (size > options.entryBytesMax || size > options.bytesMax) return
      while (bytes + size > options.bytesMax) evictOne()
      const node = { key, value, bytes: size, visited: false, newer: undefined, older: newest }
      if (newest === undefined) oldest = node
      else newest.newer = node
      newest = node
      nodes.set(key, node)
      bytes += size
    },
    delete: remove,
    clear() {
      nodes.clear()
      newest = oldest = hand = undefined
      bytes = 0
    },
    get bytes() {
      return bytes
    },
    get size() {
      return nodes.size
    },
  }
}
