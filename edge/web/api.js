import { RequestFailed, retryAfterMs } from './request-failed.js'
import { readServerTiming } from './request-log.js'
import { PAGE_POSTS, REQUEST_TIMEOUT_MS } from './limits.js'

/**
 * @typedef {object} ApiDeps
 * @property {import('./session.js').Session} session
 * @property {import('./request-log.js').RequestLog} log
 * @property {(failure: RequestFailed) => void} onSignedOut
 *
 * @typedef {{ method: string, path: string, body?: unknown, key?: string, signal?: AbortSignal }} Call
 * @typedef {ReturnType<typeof api>} Api
 */

/** Every request of the page. @param {ApiDeps} deps */
export function api({ session, log, onSignedOut }) {
  /** @type {Promise<unknown>} */
  let lastWrite = Promise.resolve()

  /**
   * Writes go one after another, so that the token of the last answer covers all of them. One that
   * fails does not hold up the next.
   *
   * @param {Call} call
   */
  function write(call) {
    const turn = lastWrite.then(() => send(call))
    lastWrite = turn.then(
      () => undefined,
      () => undefined,
    )
    return turn
  }

  /** @param {Call} call @returns {Promise<any>} */
  async function send(call) {
    const sentHorizon = session.horizon()
    const token = session.token()
    const startedAt = performance.now()
    const answer = await fetchAnswer(call, token, sentHorizon).catch((cause) => {
      if (call.signal?.aborted) throw cause
      const failure = new RequestFailed(unanswered(cause), { cause })
      log.add(entryOf(call, startedAt, undefined, undefined, failure.kind))
      throw failure
    })
    const { response, body } = answer
    const problem = response.ok ? undefined : { ...body, status: response.status }
    const garbled = response.ok && response.status !== 204 && body === undefined
    const outcome = garbled ? 'garbled' : response.ok ? '' : (problem?.code ?? 'refused')
    log.add(entryOf(call, startedAt, response, body, outcome))
    if (garbled) throw new RequestFailed('garbled', { status: response.status })
    if (problem === undefined) {
      remember(call, response, sentHorizon)
      return body
    }
    const failure = new RequestFailed('refused', {
      status: response.status,
      problem,
      retryAfterMs: retryAfterMs(response.headers.get('retry-after'), Date.now()),
    })
    if (failure.code === 'CONSISTENCY_TOKEN_INVALID') session.dropHorizon()
    // An answer to an earlier sign-in must not end this one.
    if (response.status === 401 && token === session.token()) onSignedOut(failure)
    throw failure
  }

  /**
   * A read that was under way during a write answers with an older token, which must not replace the
   * write's.
   *
   * @param {Call} call
   * @param {Response} response
   * @param {string | null} sentHorizon
   */
  function remember({ method }, response, sentHorizon) {
    const horizon = response.headers.get('headwater-token')
    if (horizon === null) return
    if (method !== 'GET' || session.horizon() === sentHorizon) session.advance(horizon)
  }

  /** @param {string} path @param {AbortSignal} [signal] */
  const read = (path, signal) => send({ method: 'GET', path, ...(signal && { signal }) })

  return {
    /** @param {import('./wire.js').Mode} mode @param {string | null} cursor @param {AbortSignal} [signal] @returns {Promise<import('./wire.js').FeedPage>} */
    feed: (mode, cursor, signal) => read(`/v1/feed?${query({ mode, cursor })}`, signal),

    /** @param {string} id @param {AbortSignal} [signal] @returns {Promise<import('./wire.js').User>} */
    user: (id, signal) => read(`/v1/users/${encodeURIComponent(id)}`, signal),

    /** @param {string} id @param {string | null} cursor @param {AbortSignal} [signal] @returns {Promise<import('./wire.js').PostPage>} */
    postsOf: (id, cursor, signal) =>
      read(`/v1/users/${encodeURIComponent(id)}/posts?${query({ cursor })}`, signal),

    /** The people whom the reader has blocked or muted. @param {'blocks' | 'mutes'} kind @param {string | null} cursor @returns {Promise<{ items: import('./wire.js').UserBrief[], nextCursor: string | null }>} */
    mine: (kind, cursor) => read(`/v1/users/me/${kind}?${query({ cursor })}`),

    /** The key belongs to the text: sent twice, it is still one post. @param {string} text @param {string} key @returns {Promise<import('./wire.js').Post>} */
    createPost: (text, key) => write({ method: 'POST', path: '/v1/posts', body: { text }, key }),

    /** @param {string} id @param {string} text @returns {Promise<import('./wire.js').Post>} */
    editPost: (id, text) =>
      write({ method: 'PUT', path: `/v1/posts/${encodeURIComponent(id)}`, body: { text } }),

    /** @param {string} id @returns {Promise<void>} */
    deletePost: (id) => write({ method: 'DELETE', path: `/v1/posts/${encodeURIComponent(id)}` }),

    /** @param {string} id @param {import('./wire.js').RelationKind} kind @param {boolean} on @returns {Promise<unknown>} */
    relate: (id, kind, on) =>
      write({
        method: on ? 'PUT' : 'DELETE',
        path: `/v1/users/${encodeURIComponent(id)}/${kind}`,
      }),
  }
}

/** @param {{ mode?: string, cursor: string | null }} parameters */
function query({ mode, cursor }) {
  const search = new URLSearchParams({ limit: String(PAGE_POSTS) })
  if (mode !== undefined) search.set('mode', mode)
  if (cursor !== null) search.set('cursor', cursor)
  return search.toString()
}

/** @param {Call} call @param {string | null} token @param {string | null} horizon */
async function fetchAnswer({ method, path, body, key, signal }, token, horizon) {
  const headers = new Headers({ accept: 'application/json' })
  if (token !== null) headers.set('authorization', `Bearer ${token}`)
  if (horizon !== null) headers.set('headwater-token', horizon)
  if (key !== undefined) headers.set('idempotency-key', key)
  if (body !== undefined) headers.set('content-type', 'application/json')
  const deadline = AbortSignal.timeout(REQUEST_TIMEOUT_MS)
  const response = await fetch(path, {
    method,
    headers,
    // The browser's own cache knows nothing of consistency tokens.
    cache: 'no-store',
    credentials: 'omit',
    signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { response, body: parsed(await response.text()) }
}

/** @param {string} text @returns {any} */
function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // Empty, or not ours: the caller knows whether that is a failure.
  }
}

/** @param {unknown} cause @returns {import('./request-failed.js').FailureKind} */
function unanswered(cause) {
  if (cause instanceof DOMException && cause.name === 'TimeoutError') return 'timeout'
  return navigator.onLine ? 'unreachable' : 'offline'
}

/**
 * @param {Call} call
 * @param {number} startedAt
 * @param {Response | undefined} response
 * @param {any} body
 * @param {string} outcome
 * @returns {import('./request-log.js').RequestEntry}
 */
function entryOf({ method, path }, startedAt, response, body, outcome) {
  /** @param {string} name */
  const header = (name) => response?.headers.get(name) ?? null
  const completeness = header('headwater-completeness') ?? body?.completeness
  return {
    atMs: Date.now(),
    method,
    path,
    status: response?.status ?? 0,
    outcome,
    completeness: ['complete', 'partial', 'degraded'].includes(completeness) ? completeness : '',
    missing: Array.isArray(body?.missing) ? body.missing.map(String) : [],
    servedBy: header('headwater-served-by') ?? '',
    timings: readServerTiming(header('server-timing')),
    measuredMs: performance.now() - startedAt,
    requestId: header('headwater-request-id') ?? body?.requestId ?? '',
  }
}
