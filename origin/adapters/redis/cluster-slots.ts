import calculateSlot from 'cluster-key-slot'
import { z } from 'zod'
import { allBuckets, keys } from '../../../shared/keys.ts'
import { urlLike } from './cluster-seeds.ts'

/** `{b}` of a key: what decides its slot. Each of our keys begins with one. */
export const tagOf = (key: string): string => key.slice(0, key.indexOf('}') + 1)

/** The slots of every key that we use, by tag. */
export const SLOT_BY_TAG: ReadonlyMap<string, number> = new Map(
  [...allBuckets.map(keys.watermark), keys.lease].map((key) => [tagOf(key), calculateSlot(key)]),
)

/** What CLUSTER SLOTS answers: ranges, each with its primary and then its replicas. */
const Place = z.tuple([z.string().nullable(), z.number().int()]).rest(z.unknown())
const Slots = z.array(z.tuple([z.number().int(), z.number().int()]).rest(Place))

/** What one node believes. */
export interface SlotsView {
  readonly primaryBySlot: ReadonlyMap<number, string>
  /** URLs of all nodes that it knows. */
  readonly nodes: ReadonlySet<string>
}

/** `asked` lends its scheme and login, and its name where a node does not know its own. */
export function readSlots(reply: unknown, asked: string): SlotsView {
  const primaryBySlot = new Map<number, string>()
  const nodes = new Set<string>()
  for (const [from, to, ...places] of Slots.parse(reply)) {
    const urls = places.map(([host, port]) => nodeUrl(host ?? '', port, asked))
    for (const url of urls) nodes.add(url)
    const [primary] = urls
    if (primary === undefined) continue
    for (const slot of SLOT_BY_TAG.values()) {
      if (from <= slot && slot <= to) primaryBySlot.set(slot, primary)
    }
  }
  return { primaryBySlot, nodes }
}

export function nodeUrl(host: string, port: number | string, asked: string): string {
  const name = host === '' || host === '?' ? new URL(asked).hostname : host
  const isBareIpv6 = name.includes(':') && !name.startsWith('[')
  return urlLike(asked, `${isBareIpv6 ? `[${name}]` : name}:${port}`)
}

/** For each slot what most of them believe: one that is cut off from the others believes what was. */
export function agreed(views: readonly SlotsView[]): Map<number, string> {
  const primaries = new Map<number, string>()
  for (const slot of SLOT_BY_TAG.values()) {
    const votes = new Map<string, number>()
    for (const { primaryBySlot } of views) {
      const primary = primaryBySlot.get(slot)
      if (primary !== undefined) votes.set(primary, (votes.get(primary) ?? 0) + 1)
    }
    const [winner] = [...votes].toSorted(([, a], [, b]) => b - a)
    if (winner !== undefined) primaries.set(slot, winner[0])
  }
  return primaries
}
