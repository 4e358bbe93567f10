/** Bounds of an import, with their reasons; those of what may be stored lie in `shared/limits.ts`. */

/** As much as a request may be. A longer row is reported, and never held in memory. */
export const ROW_BYTES_MAX = 64 * 1024
/** Rows of one transaction: short enough that tokens and writers do not wait for it. */
export const BATCH_ROWS_MAX = 2_000
/** Of a rejected row, what the report shows: enough to find it by. */
export const EXCERPT_CHARACTERS_MAX = 120
/** Texts kept in memory, for posts that bring none. */
export const TEXTS_MAX = 100_000
/** Users counted again in one transaction, which locks their counts. */
export const RECOUNT_USERS_MAX = 1_000
/** Milliseconds that a post may move to where ids are free: each has 65,536 for each shard. */
export const MINT_ATTEMPTS_MAX = 1_000
/** A clock that is a little ahead of ours is no reason to refuse a row. */
export const FUTURE_MS_MAX = 5_000
/** For one statement: counting a large table takes minutes. */
export const STATEMENT_MS_MAX = 30 * 60 * 1000
/** Delivery finds its watermarks gone within a tick, and begins anew within seconds. */
export const NEW_LIFE_MS_MAX = 30_000
