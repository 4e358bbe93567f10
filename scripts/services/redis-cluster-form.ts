import { Redis } from 'ioredis'
import { until } from '../local/until.ts'

const SLOTS = 16_384
const LOOPBACK = '127.0.0.1'
const MEET_DEADLINE_MS = 20_000

/**
 * Makes one cluster of empty nodes: the first ones share the slots, each of the others follows one of
 * them. `redis-cli --cluster create` does the same, where it is installed; a fetched server has none.
 */
export async function formCluster(ports: readonly number[], primaries: number): Promise<void> {
  const nodes = ports.map((port) => new Redis({ host: LOOPBACK, port }))
  try {
    const [first] = nodes
    if (first === undefined) throw new TypeError('a cluster without nodes')
    await Promise.all(
      nodes.map(async (node, at) => {
        await node.cluster('SET-CONFIG-EPOCH', String(at + 1))
        if (at < primaries) await node.cluster('ADDSLOTSRANGE', ...slotsOf(at, primaries))
      }),
    )
    for (const port of ports.slice(1)) await first.cluster('MEET', LOOPBACK, String(port))
    await until(
      async () => (await Promise.all(nodes.map(knownTo))).every((n) => n === ports.length),
      {
        deadlineMs: MEET_DEADLINE_MS,
        what: 'nodes that know each other',
        everyMs: 50,
      },
    )
    const ids = (await Promise.all(nodes.map((node) => node.cluster('MYID')))) as string[]
    await Promise.all(
      nodes
        .slice(primaries)
        .map((node, at) => node.cluster('REPLICATE', ids[at % primaries] ?? '')),
    )
  } finally {
    for (const node of nodes) node.disconnect()
  }
}

/** First and last slot of one of so many primaries. */
function slotsOf(at: number, primaries: number): [string, string] {
  const from = Math.floor((at * SLOTS) / primaries)
  const to = Math.floor(((at + 1) * SLOTS) / primaries) - 1
  return [String(from), String(to)]
}

async function knownTo(node: Redis): Promise<number> {
  const info = (await node.cluster('INFO')) as string
  return Number(/cluster_known_nodes:(\d+)/.exec(info)?.[1])
}
