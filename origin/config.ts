import { z } from 'zod'
import { AppError } from '../shared/errors.ts'
import { ORIGIN_PROCESSES_MAX, SHUTDOWN_GRACE_MS } from '../shared/limits.ts'
import { ROLES, type Role } from './processes/roles.ts'

const port = z.coerce.number().int().min(0).max(65_535)

const roles = z
  .string()
  .transform((text) => text.split(',').map((role) => role.trim()))
  .pipe(z.array(z.enum(ROLES)).min(1))

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
    ORIGIN_PROCESSES: z.coerce.number().int().min(1).max(ORIGIN_PROCESSES_MAX).optional(),
    ORIGIN_ROLES: roles.default([...ROLES]),
    // What a load balancer needs to see that readiness went down.
    SHUTDOWN_NOTICE_MS: z.coerce.number().int().nonnegative().default(0),
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
  /** Absent: this process alone, without a supervisor. */
  readonly processes: number | undefined
  readonly roles: ReadonlySet<Role>
  readonly shutdownNoticeMs: number
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
    processes: values.ORIGIN_PROCESSES,
    roles: new Set(values.ORIGIN_ROLES),
    shutdownNoticeMs: values.SHUTDOWN_NOTICE_MS,
    shutdownGraceMs: values.SHUTDOWN_GRACE_MS,
  }
}
