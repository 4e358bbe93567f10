import { pino, stdSerializers, type Logger } from 'pino'

export type Log = Logger

/**
 * JSON lines. Tokens, texts and headers are never handed to it; what slips into an error by a driver is
 * cut here: only the kind, message, code and stack of an error are written, not what hangs on it.
 */
export const jsonLog = (level: string): Log =>
  pino({
    level,
    base: { service: 'headwater-origin' },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    serializers: { err: errorOf },
    redact: ['token', 'authorization', '*.token', '*.authorization'],
  })

interface ErrorLine {
  readonly type: string
  readonly message: string
  readonly code?: string
  readonly stack?: string
  readonly cause?: ErrorLine
}

function errorOf(error: unknown): ErrorLine {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) }
  const { type, message, stack } = stdSerializers.err(error)
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  const cause = error.cause === undefined ? {} : { cause: errorOf(error.cause) }
  return { type, message, stack, ...code, ...cause }
}
