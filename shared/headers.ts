/** Our headers, and those whose values we fix. Lower case: that is how fetch compares them. */
export const HEADERS = {
  token: 'headwater-token',
  completeness: 'headwater-completeness',
  servedBy: 'headwater-served-by',
  requestId: 'headwater-request-id',
  idempotencyKey: 'idempotency-key',
  serverTiming: 'server-timing',
  cacheControl: 'cache-control',
  retryAfter: 'retry-after',
} as const

/** The default of every response: nothing of one person reaches a shared cache. */
export const PRIVATE = 'private, no-store'

export type ServedBy = 'l1' | 'l2' | 'origin'
