import { z } from 'zod'
import { AppError } from '../shared/errors.ts'
import { SHUTDOWN_GRACE_MS } from '../shared/limits.ts'

const port = z.coerce.number().int().min(0).max(65_535)

const Env = z
  .object({
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
    // One Redis, or the seeds of a cluster.
    REDIS_URL: z.string().regex(/^rediss?(\+cluster)?:\/\/[^\s,]+(,[^\s,]+)*$/),
    HOST: z.string().min(1).default('127.0.0.1'),
    ORIGIN_PORT: port.default(8080),
    ADMIN_PORT: port.default(8081),
    JWT_SECRET: z.string().min(32).optional(),
    JWT_JWKS_URL: z.url({ protocol: /^https?$/ }).optional(),
    JWT_ISSUER: z.string().min(1).default('headwater'),
    JWT_AUDIENCE: z.string().min(1).default('headwater'),
    LOG: z.enum(['outbox', 'kafka']).default('outbox'),
    KAFKA_BROKERS: z
      .string()
      .regex(/^[^\s,:]+:\d+(,[^\s,:]+:\d+)*$/)
      .optional(),
    KAFKA_TOPIC_PREFIX: z.string().min(1).default('headwater'),
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
    SHUTDOWN_GRACE_MS: z.coerce.number().int().positive().default(SHUTDOWN_GRACE_MS),
  })
  .refine((env) => env.JWT_SECRET !== undefined || env.JWT_JWKS_URL !== undefined, {
    path: ['JWT_SECRET'],
    message: 'or JWT_JWKS_URL is required',
  })
  .refine((env) => env.LOG !== 'kafka' || env.KAFKA_BROKERS !== undefined, {
    path: ['KAFKA_BROKERS'],
    message: 'is required with LOG=kafka',
  })

export interface Config {
  readonly http: { readonly host: string; readonly port: number; readonly adminPort: number }
  readonly postgres: { readonly url: string }
  readonly redis: { readonly url: string }
  readonly auth: {
    readonly secret: string | undefined
    readonly jwksUrl: string | undefined
    readonly issuer: string
    readonly audience: string
  }
  readonly eventLog:
    | { readonly adapter: 'outbox' }
    | {
        readonly adapter: 'kafka'
        readonly brokers: readonly string[]
        readonly topicPrefix: string
      }
  readonly log: { readonly level: string }
  readonly shutdownGraceMs: number
}

/** Called once, by main.ts. Everything else is handed the part it needs. Names bad keys, never values. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const parsed = Env.safeParse(env)
  if (!parsed.success) {
    const bad = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`)
    throw new AppError('CONFIG_INVALID', bad.join('; '))
  }
  const values = parsed.data
  return {
    http: { host: values.HOST, port: values.ORIGIN_PORT, adminPort: values.ADMIN_PORT },
    postgres: { url: values.DATABASE_URL },
    redis: { url: values.REDIS_URL },
    auth: {
      secret: values.JWT_SECRET,
      jwksUrl: values.JWT_JWKS_URL,
      issuer: values.JWT_ISSUER,
      audience: values.JWT_AUDIENCE,
    },
    eventLog:
      values.LOG === 'kafka'
        ? {
            adapter: 'kafka',
            brokers: values.KAFKA_BROKERS?.split(',') ?? [],
            topicPrefix: values.KAFKA_TOPIC_PREFIX,
          }
        : { adapter: 'outbox' },
    log: { level: values.LOG_LEVEL },
    shutdownGraceMs: values.SHUTDOWN_GRACE_MS,
  }
}
