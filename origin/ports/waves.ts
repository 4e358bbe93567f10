import type { WaveAnswer, WaveRequest } from '../../shared/feed/wave.ts'

/**
 * Reads for pages. One call is one wave: sent at once to as many nodes as needed, each bucket's watermark
 * before its keys on the same connection. Rejects with STORE_UNAVAILABLE within its deadline.
 */
export interface Waves {
  send(request: WaveRequest): Promise<WaveAnswer>
}
