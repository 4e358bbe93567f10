import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import { L2_GATEWAY_TOKEN_CHARACTERS_MIN } from '../../shared/limits.ts'

const Env = z.object({
  L2_REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  /** 0: any free port, which the first line of the log names. */
  L2_PORT: z.coerce.number().int().min(0).max(65_535).default(8079),
  HOST: z.string().min(1).default('127.0.0.1'),
  L2_TOKEN: z.string().min(L2_GATEWAY_TOKEN_CHARACTERS_MIN),
})

export interface GatewayConfig {
  readonly redisUrl: URL
  readonly listen: { readonly host: string; readonly port: number }
  readonly token: string
}

/** Called once, by main.ts. Names bad keys, never values. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): GatewayConfig {
  const parsed = Env.safeParse(env)
  if (!parsed.success) {
    const bad = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`)
    throw new AppError('CONFIG_INVALID', bad.join('; '))
  }
  const { L2_REDIS_URL, L2_PORT, HOST, L2_TOKEN } = parsed.data
  return { redisUrl: new URL(L2_REDIS_URL), listen: { host: HOST, port: L2_PORT }, token: L2_TOKEN }
}
