import { tablesOf, type MemoryRedis } from './node.ts'

/** A server fails over to a replica that lacks its newest writes; connections to it are gone. Answers how many were lost. */
export function failOver(
  node: MemoryRedis,
  server: string,
  isLost: (write: { readonly atMs: number }, newest: number) => boolean,
): number {
  node.failures.set(server, (node.failures.get(server) ?? 0) + 1)
  return node.journal.takeBack(server, isLost)
}

/** FLUSHALL of one server. Answers how many keys there were. */
export function flushServer(node: MemoryRedis, server: string): number {
  let flushed = 0
  for (const [table, key] of keysOf(node, server)) {
    table.delete(key)
    flushed += 1
  }
  return flushed
}

/** What may be evicted: all but watermarks and the region's own. Each answers what it was. */
export function evictable(node: MemoryRedis): readonly (() => string)[] {
  return Object.entries(tablesOf(node))
    .filter(([name]) => name !== 'watermarks' && name !== 'region')
    .flatMap(([name, table]) =>
      [...table.keys()].map((key) => () => {
        table.delete(key)
        return `${name} ${String(key)}`
      }),
    )
}

function keysOf(node: MemoryRedis, server: string): [Map<unknown, unknown>, unknown][] {
  return Object.entries(tablesOf(node)).flatMap(([name, table]) =>
    [...table.keys()].flatMap((key): [Map<unknown, unknown>, unknown][] =>
      node.serverOfKey(name, key) === server ? [[table, key]] : [],
    ),
  )
}
