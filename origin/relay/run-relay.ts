import { backoffMs } from '../../shared/backoff.ts'
import { LEADER_RETRY_MS } from '../../shared/limits.ts'
import type { Leadership } from '../ports/leadership.ts'
import { lead, type LeadDeps } from './lead.ts'

export interface RelayDeps extends LeadDeps {
  readonly leadership: Leadership
  /** This process leads now, or no longer. */
  readonly onLeading: (term: number | undefined) => void
  readonly onFailure: (error: unknown) => void
}

/** Every process runs this; one of them leads, and another one soon after that one's session ended. */
export async function runRelay(deps: RelayDeps, signal: AbortSignal): Promise<void> {
  const { leadership, pace, onLeading, onFailure } = deps
  let failures = 0
  while (!signal.aborted) {
    try {
      await leadOnce()
      failures = 0
      await pace.sleep(LEADER_RETRY_MS, signal)
    } catch (error) {
      onFailure(error)
      await pace.sleep(backoffMs(failures, pace.random), signal)
      failures += 1
    }
  }

  async function leadOnce(): Promise<void> {
    await using session = await leadership.tryLead()
    if (session === undefined) return
    onLeading(session.term)
    try {
      await lead(session, deps, signal)
    } finally {
      onLeading(undefined)
    }
  }
}
