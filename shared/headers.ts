/** Our headers, and those whose values we fix. Lower case: that is how fetch compares them. */
export const HEADERS = {
  token: 'headwater-token',
  completeness: 'headwater-completeness',
  servedBy: 'headwater-served-by',
  requestId: 'headwater-request-id',
  /** From the origin to the edge only: the user id of the reader, where its token names the product's own. */
  viewer: 'headwater-viewer',
  idempotencyKey: 'idempotency-key',
  serverTiming: 'server-timing',
  cacheControl: 'cache-control',
  retryAfter: 'retry-after',
} as const

/** The default of every response: nothing of one person reaches a shared cache. */
export const PRIVATE = 'private, no-store'

/** Public answers: kept where they like, but asked for again each time, with the ETag. */
export const PUBLIC = 'public, no-cache'
