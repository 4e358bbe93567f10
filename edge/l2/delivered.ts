import { horizonBelow, type Horizon } from '../../shared/horizon.ts'
import type { Lease } from '../../shared/invalidation.ts'
import { EDGE_WATERMARK_LAG_MS_MAX } from '../../shared/limits.ts'
import { lowestMark, type Watermark } from '../../shared/watermark.ts'

/** What was delivered to a bucket for certain. */
export interface Delivered {
  readonly horizon: Horizon
  readonly tick: number
}

/** `undefined`: unknown, of another epoch, or too far behind the lease; what lies under it is absent. */
export function deliveredTo(watermark: Watermark | undefined, lease: Lease): Delivered | undefined {
  const mark = watermark === undefined ? undefined : lowestMark(watermark)
  if (watermark === undefined || mark === undefined) return undefined
  const { epoch } = lease.horizon
  if (!watermark.generation.startsWith(`${epoch}.`)) return undefined
  if (lease.atMs - mark.atMs > EDGE_WATERMARK_LAG_MS_MAX) return undefined
  return { horizon: horizonBelow(epoch, mark.xmin), tick: mark.tick }
}
