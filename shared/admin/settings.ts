import * as z from 'zod'
import { LIST_POSTS_MAX, SESSION_POSTS_MAX } from '../limits.ts'

/** What operators may change at run time. Each key has a version and is audited. */
export const Settings = z.strictObject({
  /** `push` and `pull` override the author's size; `hybrid` compares it with the threshold. */
  'delivery.strategy': z.enum(['push', 'pull', 'hybrid']).default('hybrid'),
  /** Fewer followers than this: push. A guard of latency and bursts, not a saving. */
  'delivery.threshold': z.number().int().min(0).max(100_000_000).default(50_000),
  /** Posts that a list keeps. */
  'list.postsMax': z.number().int().min(8).max(10_000).default(LIST_POSTS_MAX),
  /** Posts that a ranked session freezes. */
  'session.postsMax': z.number().int().min(10).max(1_000).default(SESSION_POSTS_MAX),
  /** `sub` of a JWT: our user id, or the product's own id. */
  'auth.subject': z.enum(['userId', 'externalId']).default('userId'),
})
export type Settings = z.infer<typeof Settings>
export type SettingKey = keyof Settings

export const DEFAULT_SETTINGS: Settings = Settings.parse({})

const SETTING_KEYS = Object.keys(Settings.shape) as [SettingKey, ...SettingKey[]]

/** The answer of GET /admin/v1/settings. Version 0: nobody has changed it. */
export const SettingsAnswer = z.object({
  values: Settings,
  versions: z.record(z.enum(SETTING_KEYS), z.number().int()),
})
export type SettingsAnswer = z.infer<typeof SettingsAnswer>

/** `version`: the one that the operator has seen; without it the change is made whatever it is by now. */
const changeOf = <Value extends z.ZodType>(value: Value) =>
  z.strictObject({ value, version: z.number().int().min(0).optional() }).optional()

/** The body of PUT /admin/v1/settings: `{"delivery.threshold": {"value": 300, "version": 0}}`. */
export const SettingChanges = z
  .strictObject({
    'delivery.strategy': changeOf(Settings.shape['delivery.strategy'].unwrap()),
    'delivery.threshold': changeOf(Settings.shape['delivery.threshold'].unwrap()),
    'list.postsMax': changeOf(Settings.shape['list.postsMax'].unwrap()),
    'session.postsMax': changeOf(Settings.shape['session.postsMax'].unwrap()),
    'auth.subject': changeOf(Settings.shape['auth.subject'].unwrap()),
  } satisfies Record<SettingKey, z.ZodType>)
  .refine((changes) => Object.keys(changes).length > 0, { message: 'nothing to change' })
export type SettingChanges = z.infer<typeof SettingChanges>
