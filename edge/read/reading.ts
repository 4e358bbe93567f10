import { laterToken } from '../../shared/token.ts'
import { lowestHorizon, type Horizon, type Token } from '../../shared/horizon.ts'
import type { UserId } from '../../shared/ids.ts'
import { tags, type Lease, type Tag } from '../../shared/invalidation.ts'
import { L2_REGIONS_TRIED_MAX } from '../../shared/limits.ts'
import type { Now } from '../../shared/time.ts'
import type { ViewerRecord } from '../../shared/viewer-record.ts'
import type { Checks } from '../cache/checks.ts'
import type { Memory } from '../cache/memory.ts'
import type { Wanted } from '../cache/shelf.ts'
import { hedgedRead, type Hedging } from '../l2/hedged-read.ts'
import type { Asks, RegionRead, RegionReader } from '../l2/region-reader.ts'
import { NotAtEdge } from '../not-at-edge.ts'
import type { Later } from '../single-flight.ts'
import { absorb } from './absorb.ts'
import { recall, remaining, unasked } from './recall.ts'
import { hasAll, isEmpty, nothingFound, waveOf, type Found, type Wants } from './wants.ts'

/** One request's way through L1 and L2, and what its answer can claim. */
export interface Reading {
  /** What L1 holds of the viewer, good enough to plan a wave with; never to serve. */
  guess(viewer: UserId): {
    readonly record: ViewerRecord | undefined
    readonly pulled: ReadonlySet<UserId> | undefined
  }
  /** From L1 what may be served from there, the rest in one wave. Throws NotAtEdge without a lease. */
  gather(wants: Wants): Promise<Found>
  /** Throws NotAtEdge when a newer record was heard of since: what was found after it must not be judged by it. */
  mustStand(record: ViewerRecord): void
  /** What the answer has for certain. Throws NotAtEdge when the reader's token is beyond it. */
  asOf(): Horizon
  /** The reader's token, raised to what was heard of things that L2 has too old. */
  tokenForOrigin(): Token | undefined
  layer(): 'l1' | 'l2'
  waves(): number
  /** Of these waves, those that went to a second region too. */
  hedges(): number
}

export interface ReadingDeps {
  readonly memory: Memory
  readonly checks: Checks
  readonly now: Now
  readonly later: Later
  /** Nearest first. */
  readonly regions: readonly RegionReader[]
  readonly hedging: Hedging
}

export function openReading(deps: ReadingDeps, token: Token | undefined): Reading {
  const { memory, checks, now, later, hedging } = deps
  let tried = deps.regions.filter((region) => region.allows()).slice(0, L2_REGIONS_TRIED_MAX)
  const horizons: Horizon[] = []
  let waves = 0
  let hedges = 0
  let heardToken: Token | undefined

  const region = (): RegionReader => {
    const [first] = tried
    if (first === undefined) throw new NotAtEdge('no-regions')
    return first
  }

  /** The lease on which L1 stands now; `undefined`: what L1 has must not be served. */
  function standing(): Lease | undefined {
    const seen = region().seen()
    return seen !== undefined && checks.leaseStands(now() - seen.sentAtMs) ? seen.lease : undefined
  }

  const wanted = (): Wanted | undefined => {
    const listening = region().listening()
    return listening === undefined ? undefined : { start: listening.start, token }
  }

  /** Without a lease, or behind the reader's token, an early answer is none: the slow one may have both. */
  const isGood = ({ lease }: RegionRead): boolean =>
    lease !== undefined && checks.tokenHolds(lease.horizon, token)
  const onHedge = () => {
    hedges += 1
  }
  /** Another request of this reading may have left it already. */
  function leave(gone: RegionReader | undefined): void {
    tried = tried.filter((other) => other !== gone)
  }

  /** The next region is asked too when this one is slow, and takes over on an error or a deadline. */
  async function readRegion(asks: Asks): Promise<RegionRead> {
    for (;;) {
      const first = region()
      const [, second] = tried
      try {
        waves += 1
        const { by, read } = await hedgedRead(
          { first, second, asks, later, isGood, onHedge, onHedgeFailed: () => leave(second) },
          hedging,
        )
        // What the rest of this reading stands on is the region that answered.
        if (by !== first) leave(first)
        return read
      } catch (cause) {
        if (tried.length === 1) throw new NotAtEdge('no-regions', { cause })
        leave(first)
      }
    }
  }

  async function ask(wants: Wants, found: Found): Promise<void> {
    const seenBefore = region().seen()?.lease
    const read = await readRegion({ wave: waveOf(wants), pulled: wants.pulled === true })
    const lease = checks.leaseOf(read.lease, seenBefore)
    if (lease === undefined) throw new NotAtEdge('no-lease')
    horizons.push(lease.horizon)
    horizons.push(...absorb({ memory, checks }, wants, read, lease, region().pulled(), found))
  }

  /** L1 alone: nothing refreshes what it stands on but a poll. */
  function pollWhenDue(): void {
    const current = region()
    const seen = current.seen()
    if (seen === undefined || !checks.pollIsDue(now() - seen.sentAtMs)) return
    current.poll(later)
  }

  function noteHeard(tag: Tag, epoch: number | undefined): void {
    const heard = memory.heard.of(tag)
    if (heard === undefined || epoch === undefined) return
    heardToken = laterToken(heardToken, { epoch, xid: heard.xid })
  }

  function noteMissing(wants: Wants, found: Found): void {
    const epoch = region().listening()?.epoch
    const missing = remaining(wants, found)
    for (const id of missing.viewers ?? []) noteHeard(tags.viewer(id), epoch)
    for (const id of missing.posts ?? []) noteHeard(tags.post(id), epoch)
    for (const id of missing.users ?? []) noteHeard(tags.user(id), epoch)
  }

  return {
    guess(viewer) {
      const at = wanted()
      return {
        record: at && memory.viewers.find(viewer, at)?.value,
        pulled: region().pulled()?.authors,
      }
    },
    async gather(wants) {
      // A read refreshes what L1 stands on, so what is there now is counted on, and looked up after it.
      const planned = nothingFound(wants)
      const had = recall(memory, wants, wanted(), planned)
      const stands = hasAll(planned, wants) ? standing() : undefined
      if (stands !== undefined) {
        pollWhenDue()
        horizons.push(stands.horizon, ...had)
        return planned
      }
      const asked = remaining(wants, planned)
      const knewPulled = region().pulled() !== undefined
      const found = nothingFound(wants)
      await ask(asked, found)

      const lease = standing()
      if (lease !== undefined) {
        horizons.push(lease.horizon)
        horizons.push(...recall(memory, remaining(wants, found), wanted(), found))
      }
      const lacking = remaining(wants, found)
      // Counted on, but heard to be old or dropped since. What the region lacked is not asked for again.
      const again = { ...unasked(lacking, asked), pulled: lacking.pulled === true && knewPulled }
      if (!isEmpty(again)) await ask(again, found)
      noteMissing(wants, found)
      return found
    },
    mustStand({ viewer, version }) {
      const tag = tags.viewer(viewer)
      if (checks.versionHolds(version, memory.heard.of(tag))) return
      noteHeard(tag, region().listening()?.epoch)
      throw new NotAtEdge('no-record')
    },
    asOf() {
      const asOf = lowestHorizon(horizons)
      const oneEpoch = horizons.every(({ epoch }) => epoch === asOf.epoch)
      if (!oneEpoch || !checks.tokenHolds(asOf, token)) throw new NotAtEdge('token')
      return asOf
    },
    tokenForOrigin: () => laterToken(token, heardToken),
    layer: () => (waves === 0 ? 'l1' : 'l2'),
    waves: () => waves,
    hedges: () => hedges,
  }
}
