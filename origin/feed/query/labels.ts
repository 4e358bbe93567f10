import type { Completeness } from '../../../shared/feed/page.ts'

/** `partial`: there was no room to ask. `degraded`: a store did not answer. */
export type Lack = 'partial' | 'degraded'

/** What a page lacks, by the name of the source. */
export interface Labels {
  lacks(source: string, how: Lack): void
  completeness(): Completeness
  missing(): readonly string[]
}

export function labels(): Labels {
  const lacking = new Map<string, Lack>()
  return {
    lacks(source, how) {
      if (lacking.get(source) !== 'degraded') lacking.set(source, how)
    },
    completeness() {
      if (lacking.size === 0) return 'complete'
      return [...lacking.values()].includes('degraded') ? 'degraded' : 'partial'
    },
    missing: () => [...lacking.keys()],
  }
}
