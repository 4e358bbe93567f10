import { keys, type Bucket } from '../../../shared/keys.ts'
import { CLAIM_BATCH_MAX, CLAIMS_GATHER_MS } from '../../../shared/limits.ts'
import { CLAIM, claimArguments } from '../../lists/watermark.ts'
import type { Claim } from '../../ports/delivery-store.ts'
import { encodeParts, type EncodedCommand } from './resp.ts'
import { shaOf } from './scripts.ts'
import type { SessionLink } from './session-link.ts'

/** Answers the buckets whose compare failed. */
export type ClaimTogether = (claims: readonly Claim[]) => Promise<readonly Bucket[]>

interface Claimant {
  readonly claims: readonly Claim[]
  readonly refused: Set<Bucket>
  readonly settle: (result: readonly Bucket[] | Promise<never>) => void
}

/**
 * A tick reaches all partitions of a process within some milliseconds, and each then claims every bucket.
 * Those that come together go together: one script a bucket for all of them, instead of one for each.
 */
export function claimRounds({ send }: Pick<SessionLink, 'send'>): ClaimTogether {
  let waiting: Claimant[] = []

  async function round(): Promise<void> {
    const claimants = waiting
    waiting = []
    try {
      const calls = callsOf(claimants)
      const replies = await send(calls, CLAIM_BATCH_MAX)
      for (const [at, { bucket }] of calls.entries()) {
        for (const number of String(replies[at]).split(',')) {
          claimants[number === '' ? -1 : Number(number)]?.refused.add(bucket)
        }
      }
      for (const { refused, settle } of claimants) settle([...refused])
    } catch (error) {
      for (const { settle } of claimants) settle(Promise.reject(error as Error))
    }
  }

  return (claims) =>
    new Promise((settle) => {
      waiting.push({ claims, settle, refused: new Set() })
      if (waiting.length === 1) setTimeout(() => void round(), CLAIMS_GATHER_MS)
    })
}

interface Numbered {
  readonly claimant: number
  readonly claim: Claim
}

/** One a bucket; more only where consumers found different lives of it. */
function callsOf(
  claimants: readonly Claimant[],
): readonly (EncodedCommand & { readonly bucket: Bucket })[] {
  const groups = new Map<string, Numbered[]>()
  for (const [claimant, { claims }] of claimants.entries()) {
    for (const claim of claims) {
      const life = `${claim.bucket}:${claim.generation}`
      const group = groups.get(life)
      if (group === undefined) groups.set(life, [{ claimant, claim }])
      else group.push({ claimant, claim })
    }
  }
  // Nearly all buckets are claimed alike: what follows the key is then encoded once.
  let last: readonly Numbered[] = []
  let parts = ''
  return [...groups.values()].map((group) => {
    const { bucket } = (group[0] as Numbered).claim
    if (!isAlike(group, last)) parts = encodeParts(argumentsOf(group))
    last = group
    const key = keys.watermark(bucket)
    return { bucket, key, text: `*${5 + 6 * group.length}\r\n${HEAD}${encodeParts([key])}${parts}` }
  })
}

const HEAD = encodeParts(['EVALSHA', shaOf(CLAIM), '1'])

const argumentsOf = (group: readonly Numbered[]): readonly string[] => [
  (group[0] as Numbered).claim.generation,
  ...group.flatMap(({ claimant, claim }) => claimArguments(claimant, claim)),
]

const isAlike = (group: readonly Numbered[], other: readonly Numbered[]): boolean =>
  group.length === other.length &&
  group.every(({ claimant, claim }, at) => {
    const { claimant: otherClaimant, claim: like } = other[at] as Numbered
    return (
      claimant === otherClaimant &&
      claim.generation === like.generation &&
      claim.partition === like.partition &&
      claim.expected === like.expected &&
      claim.mark === like.mark &&
      claim.exceptions === like.exceptions
    )
  })
