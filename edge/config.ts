import * as z from 'zod'
import { AppError } from '../shared/errors.ts'
import { L2_GATEWAY_TOKEN_CHARACTERS_MIN, L2_REGIONS_MAX } from '../shared/limits.ts'
import type { Coordinates } from './l2/pipeline.ts'

export interface RegionConfig extends Coordinates {
  readonly name: string
  readonly url: string
}

export interface EdgeConfig {
  readonly originUrl: string
  readonly regions: readonly RegionConfig[]
  readonly l2Token: string
  readonly auth: {
    /** For HS256. */
    readonly secret: string | undefined
    /** For RS256, ES256 and EdDSA. */
    readonly jwksUrl: string | undefined
    readonly issuer: string
    readonly audience: string
    /** What `sub` is: our user id, or the product's own. The same as the origin's setting of this name. */
    readonly subject: 'userId' | 'externalId'
  }
}

const Regions = z
  .array(
    z.strictObject({
      name: z.string().min(1).max(40),
      url: z.url({ protocol: /^https?$/ }),
      latitude: z.number().min(-90).max(90),
      longitude: z.number().min(-180).max(180),
    }),
  )
  .max(L2_REGIONS_MAX)

/** Bindings are objects beside the texts: only the texts are looked at here. */
const Env = z
  .object({
    ORIGIN_URL: z.url({ protocol: /^https?$/ }),
    L2_REGIONS: z.string().default('[]').transform(readJson).pipe(Regions),
    L2_TOKEN: z.string().min(L2_GATEWAY_TOKEN_CHARACTERS_MIN).optional(),
    JWT_SECRET: z.string().min(32).optional(),
    JWT_JWKS_URL: z.url({ protocol: /^https?$/ }).optional(),
    JWT_ISSUER: z.string().min(1).default('headwater'),
    JWT_AUDIENCE: z.string().min(1).default('headwater'),
    AUTH_SUBJECT: z.enum(['userId', 'externalId']).default('userId'),
  })
  .refine((env) => env.JWT_SECRET !== undefined || env.JWT_JWKS_URL !== undefined, {
    path: ['JWT_SECRET'],
    message: 'neither a secret nor a key set',
  })
  .refine((env) => env.L2_REGIONS.length === 0 || env.L2_TOKEN !== undefined, {
    path: ['L2_TOKEN'],
    message: 'regions without a token',
  })

/** Called once an isolate. Names bad keys, never values. An empty text counts as absent: wrangler cannot unset. */
export function readEdgeConfig(env: object): EdgeConfig {
  const parsed = Env.safeParse(
    Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')),
  )
  if (!parsed.success) {
    const bad = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`)
    throw new AppError('CONFIG_INVALID', bad.join('; '))
  }
  const { data } = parsed
  return {
    originUrl: data.ORIGIN_URL,
    regions: data.L2_REGIONS,
    l2Token: data.L2_TOKEN ?? '',
    auth: {
      secret: data.JWT_SECRET,
      jwksUrl: data.JWT_JWKS_URL,
      issuer: data.JWT_ISSUER,
      audience: data.JWT_AUDIENCE,
      subject: data.AUTH_SUBJECT,
    },
  }
}

function readJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text)
  } catch {
    context.addIssue({ code: 'custom', message: 'not JSON' })
    return z.NEVER
  }
}
