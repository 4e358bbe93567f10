import { horizonBelow } from '../../shared/horizon.ts'
import type { PostId } from '../../shared/ids.ts'
import { tags } from '../../shared/invalidation.ts'

export const anEntry = (number: number) => ({
  number,
  tag: tags.post('95' as PostId),
  version: 2,
  xid: 700,
})

export const aLease = (term: number, lastNumber: number) => ({
  term,
  tick: 9,
  lastNumber,
  atMs: 1_000,
  horizon: horizonBelow(1, 700),
})
