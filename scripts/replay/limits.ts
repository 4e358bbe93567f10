/** Bounds of a replay, with their reasons. */

/** Requests under way; beyond, actions wait, and their waiting counts as latency. */
export const IN_FLIGHT_MAX = 128
/** Actions that are late; beyond, the stack is hopelessly behind and new ones are let go, and counted. */
export const WAITING_MAX = 20_000
export const REQUEST_DEADLINE_MS = 10_000
/** Connections that check pages: they share the machine with what they judge. */
export const CHECKS_AT_ONCE = 3
/** Pages that wait for their check; beyond, pages are not checked, and counted. */
export const CHECKS_WAITING_MAX = 5_000
/** Posts whose way to a follower is followed at once: each asks again and again. */
export const WATCHED_AT_ONCE = 3
export const WATCH_EVERY_MS = 20
export const WATCH_DEADLINE_MS = 10_000
/** One post in so many is watched, if somebody is free to. */
export const WATCH_ONE_IN = 5
/** Trace seconds by which an actor reads before it acts. */
export const READ_AHEAD_SECONDS_MIN = 2
export const READ_AHEAD_SECONDS_SPAN = 6
/** More of the oracle's feed than of the page: what came meanwhile lies above it. */
export const ORACLE_SLACK_POSTS = 60
export const PAGE_POSTS = 20
/** After the last action: requests, watched posts and checks come to their end. */
export const WIND_DOWN_MS = 120_000
/** Faults shown in full; more of them say nothing new. */
export const FAULTS_SHOWN_MAX = 20
/** Followers that a viral author wins in one transaction. */
export const FOLLOWERS_CHUNK = 5_000
/** 100,000 new followers are that many viewer records to deliver. */
export const CATCH_UP_MS = 10 * 60 * 1000
export const BURST_POSTS_PER_SECOND = 10
export const BURST_READERS = 10_000
