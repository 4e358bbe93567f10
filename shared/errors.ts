interface ErrorSpec {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 410 | 413 | 415 | 422 | 429 | 500 | 503
  readonly title: string
  readonly retry: boolean
}

/** Codes are API: add, deprecate, never rename. Clients and dashboards switch on them. */
export const ERRORS = {
  AUTH_FORBIDDEN: { status: 403, title: 'The token does not allow this', retry: false },
  AUTH_REQUIRED: { status: 401, title: 'A bearer token is required', retry: false },
  AUTH_TOKEN_EXPIRED: { status: 401, title: 'The bearer token has expired', retry: false },
  AUTH_TOKEN_INVALID: { status: 401, title: 'The bearer token does not verify', retry: false },
  BODY_MALFORMED: { status: 400, title: 'The body is not valid JSON', retry: false },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large', retry: false },
  CONFIG_INVALID: { status: 500, title: 'The configuration does not validate', retry: false },
  CONSISTENCY_TOKEN_INVALID: {
    status: 400,
    title: 'The Headwater-Token is not one we issued',
    retry: false,
  },
  CONTENT_TYPE_UNSUPPORTED: {
    status: 415,
    title: 'The body must be application/json',
    retry: false,
  },
  DEAD_LETTER_NOT_FOUND: { status: 404, title: 'There is no such dead letter', retry: false },
  EVENT_MALFORMED: { status: 400, title: 'The event does not match its schema', retry: false },
  FEED_CURSOR_EXPIRED: { status: 410, title: 'The cursor is older than a day', retry: false },
  FEED_CURSOR_INVALID: {
    status: 400,
    title: 'The cursor is not one we issued to you',
    retry: false,
  },
  FEED_SESSION_GONE: {
    status: 410,
    title: 'The ranked session is gone; start again',
    retry: false,
  },
  FEED_SESSION_UNAVAILABLE: {
    status: 503,
    title: 'The ranked session cannot be read now; the cursor stays good',
    retry: true,
  },
  FOLLOWS_LIMIT: { status: 409, title: 'You follow as many people as one can', retry: false },
  HANDLE_TAKEN: { status: 409, title: 'The handle is taken', retry: false },
  IDEMPOTENCY_KEY_REUSED: {
    status: 409,
    title: 'The idempotency key was used for another request',
    retry: false,
  },
  INTERNAL: { status: 500, title: 'Something went wrong on our side', retry: true },
  LEADER_FOLLOWED: { status: 503, title: 'Another process leads now', retry: true },
  LOG_PARTITION_LOST: { status: 503, title: 'Another process works on this now', retry: true },
  METHOD_NOT_ALLOWED: { status: 405, title: 'The method is not allowed here', retry: false },
  NOT_FOUND: { status: 404, title: 'There is nothing here', retry: false },
  OVERLOADED: { status: 503, title: 'Too much at once; try again', retry: true },
  POST_NOT_FOUND: { status: 404, title: 'There is no such post', retry: false },
  RATE_LIMITED: { status: 429, title: 'Too many requests', retry: true },
  RELATION_SELF: { status: 422, title: 'You cannot do this to yourself', retry: false },
  REQUEST_INVALID: { status: 400, title: 'The request does not validate', retry: false },
  SETTING_CONFLICT: { status: 409, title: 'The setting changed meanwhile', retry: false },
  STORE_UNAVAILABLE: { status: 503, title: 'A backing store did not answer', retry: true },
  USER_NOT_FOUND: { status: 404, title: 'There is no such user', retry: false },
} as const satisfies Record<string, ErrorSpec>

export type ErrorCode = keyof typeof ERRORS

export interface FieldError {
  /** Where in the request: `text`, `users.3.handle`, `query.limit`. */
  readonly path: string
  readonly message: string
}

/** The world being wrong. Us being wrong is a plain throw. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly errors: readonly FieldError[] | undefined
  readonly retryAfterSeconds: number | undefined

  /** `detail` is for operators: it is logged, never sent. `cause` keeps the first failure. */
  constructor(
    code: ErrorCode,
    detail: string,
    options?: { cause?: unknown; errors?: readonly FieldError[]; retryAfterSeconds?: number },
  ) {
    super(detail, options?.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.errors = options?.errors
    this.retryAfterSeconds = options?.retryAfterSeconds ?? (ERRORS[code].retry ? 1 : undefined)
  }

  get spec(): ErrorSpec {
    return ERRORS[this.code]
  }
}
