/** The bounds of the page, each with its reason. The server's own are in `shared/limits.ts`. */

/** What the server takes, counted in code points as Postgres does. */
export const POST_TEXT_CHARACTERS_MAX = 4_000

/** The counter turns to a warning when this few are left: a sentence can still be finished. */
export const POST_TEXT_WARNING_CHARACTERS = 200

/** One screen of a tall monitor and some more; the server's default. */
export const PAGE_POSTS = 20

/** Longer than any deadline of the edge, so that its own answer arrives first. */
export const REQUEST_TIMEOUT_MS = 15_000

/** The next page is asked for while this much is still unread: about a screen and a half. */
export const LOOKAHEAD_PX = 1_200

/** A page may be shorter than asked, even empty. After this many empty ones a person decides. */
export const EMPTY_PAGES_MAX = 10

/** A reader wants the newest requests; more rows than this are a log file. */
export const REQUESTS_SHOWN_MAX = 20

/** A read that was told when to come back comes back by itself this often, then waits for a person. */
export const AUTOMATIC_RETRIES_MAX = 3

/** A longer wait than this is not counted down in seconds: nobody watches it. */
export const RETRY_AFTER_MS_MAX = 120_000

/** Long enough to read a sentence and reach the Undo beside it. */
export const NOTICE_MS = 10_000

/** Relative times are written in minutes. */
export const TIMES_REFRESH_MS = 30_000

/** Above either of these a post is shown shortened, so that one cannot fill ten screens. */
export const POST_SHOWN_CHARACTERS_MAX = 900
export const POST_SHOWN_LINES_MAX = 14
