import type { Redis } from 'ioredis'
import calculateSlot from 'cluster-key-slot'
import type { OwnRedisCluster } from '../faults/redis-cluster.ts'

/** A slot between two primaries, as an operator moves it. */
export interface SlotOnItsWay {
  carry(keys: readonly string[]): Promise<void>
  carryAll(): Promise<void>
  /** Everybody is told. Until then both nodes answer with ASK what they do not have. */
  arrive(): Promise<void>
}

export async function slotOnItsWay(cluster: OwnRedisCluster, key: string): Promise<SlotOnItsWay> {
  const slot = calculateSlot(key)
  const primaries = await cluster.primaries()
  const holders = await Promise.all(primaries.map((node) => hasSlot(node, slot)))
  const [from, to] = [primaries[holders.indexOf(true)], primaries[holders.indexOf(false)]]
  if (from === undefined || to === undefined) throw new Error(`nobody has slot ${slot}`)
  const [fromId, toId] = await Promise.all([idOf(from), idOf(to)])
  await to.cluster('SETSLOT', slot, 'IMPORTING', fromId)
  await from.cluster('SETSLOT', slot, 'MIGRATING', toId)

  const { host = '', port = 0 } = to.options
  const carry = async (keys: readonly string[]) => {
    if (keys.length > 0) await from.call('MIGRATE', host, port, '', 0, 5_000, 'KEYS', ...keys)
  }
  return {
    carry,
    carryAll: async () => carry(await from.cluster('GETKEYSINSLOT', slot, 1_000)),
    async arrive() {
      for (const node of [to, ...primaries.filter((other) => other !== to)]) {
        await node.cluster('SETSLOT', slot, 'NODE', toId)
      }
    },
  }
}

const idOf = async (node: Redis): Promise<string> => String(await node.cluster('MYID'))

async function hasSlot(node: Redis, slot: number): Promise<boolean> {
  const own = String(await node.cluster('NODES'))
    .split('\n')
    .find((line) => line.includes('myself'))
    ?.split(' ')
    .slice(8)
  return (own ?? []).some((range) => {
    const [from = '', to = from] = range.split('-')
    return !range.startsWith('[') && Number(from) <= slot && slot <= Number(to)
  })
}
