/** Epoch milliseconds. Handed in wherever time matters, so that tests own it. */
export type Now = () => number

/** RFC 3339 with milliseconds, in UTC. */
export const rfc3339 = (timeMs: number): string => new Date(timeMs).toISOString()
