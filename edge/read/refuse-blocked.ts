import { AppError, type ErrorCode } from '../../shared/errors.ts'
import type { ViewerRecord } from '../../shared/viewer-record.ts'
import { NotAtEdge } from '../not-at-edge.ts'

/**
 * A block hides each from the other. Both records are needed, since either may hold it: privacy fails
 * closed, so with one of them unknown the edge says nothing.
 */
export function refuseBlocked(
  code: ErrorCode,
  viewer: ViewerRecord | undefined,
  other: ViewerRecord | undefined,
): void {
  if (viewer === undefined || other === undefined) throw new NotAtEdge('no-record')
  if (viewer.large || other.large) throw new NotAtEdge('large-record')
  if (viewer.blocks.has(other.viewer) || other.blocks.has(viewer.viewer)) {
    throw new AppError(code, `${viewer.viewer} and ${other.viewer} are blocked`)
  }
}
