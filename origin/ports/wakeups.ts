/**
 * Calls the listener soon after somebody committed an event. A hint: it may be missed or repeated, and
 * every reader of the outbox also looks by itself each OUTBOX_POLL_MS. Answers how to stop listening.
 */
export type Wakeups = (wake: () => void) => () => void
