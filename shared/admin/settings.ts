import { z } from 'zod'

/** What operators may change at run time. Each key has a version and is audited. */
export const Settings = z.strictObject({
  /** `push` and `pull` override the author's size; `hybrid` compares it with the threshold. */
  'delivery.strategy': z.enum(['push', 'pull', 'hybrid']).default('hybrid'),
  /** Fewer followers than this: push. A guard of latency and bursts, not a saving. */
  'delivery.threshold': z.number().int().min(0).max(100_000_000).default(50_000),
  /** Posts that a list keeps. */
  'list.postsMax': z.number().int().min(8).max(10_000).default(800),
  /** Posts that a ranked session freezes. */
  'session.postsMax': z.number().int().min(10).max(1_000).default(400),
  /** `sub` of a JWT: our user id, or the product's own id. */
  'auth.subject': z.enum(['userId', 'externalId']).default('userId'),
})
export type Settings = z.infer<typeof Settings>
export type SettingKey = keyof Settings

export const DEFAULT_SETTINGS: Settings = Settings.parse({})
