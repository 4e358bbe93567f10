import * as z from 'zod'
import {
  BIO_CHARACTERS_MAX,
  EXTERNAL_ID_CHARACTERS_MAX,
  HANDLE_CHARACTERS_MAX,
  INTERESTS_MAX,
  NAME_CHARACTERS_MAX,
  PROVISION_USERS_MAX,
  USERS_BATCH_MAX,
} from './limits.ts'
import { UserIdSchema } from './ids.ts'
import { UserBrief } from './post.ts'

const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => !value.includes('\u0000') && value.isWellFormed(), {
      message: 'not valid text',
    })

/** Compared without case; shown as written. */
export const Handle = z.string().regex(new RegExp(`^[A-Za-z0-9_]{2,${HANDLE_CHARACTERS_MAX}}$`))

export const UserCounts = z.object({
  followers: z.number().int(),
  following: z.number().int(),
  posts: z.number().int(),
})
export type UserCounts = z.infer<typeof UserCounts>

/** What holds between the reader and the user; absent on public pages. */
export const UserViewer = z.object({
  following: z.boolean(),
  followedBy: z.boolean(),
  blocking: z.boolean(),
  muting: z.boolean(),
})
export type UserViewer = z.infer<typeof UserViewer>

export const User = UserBrief.extend({
  bio: z.string(),
  city: z.string().nullable(),
  interests: z.array(z.string()),
  createdAt: z.string(),
  counts: UserCounts,
  viewer: UserViewer.optional(),
})
export type User = z.infer<typeof User>

export const ChangeUser = z
  .strictObject({
    handle: Handle,
    name: text(NAME_CHARACTERS_MAX).min(1),
    bio: text(BIO_CHARACTERS_MAX),
    city: text(NAME_CHARACTERS_MAX).nullable(),
    interests: z.array(text(NAME_CHARACTERS_MAX).min(1)).max(INTERESTS_MAX),
    avatarUrl: z
      .url({ protocol: /^https$/ })
      .max(1_000)
      .nullable(),
  })
  .partial()
  .refine((change) => Object.keys(change).length > 0, { message: 'nothing to change' })
export type ChangeUser = z.infer<typeof ChangeUser>

export const ProvisionUsers = z
  .array(
    z.strictObject({
      handle: Handle,
      name: text(NAME_CHARACTERS_MAX).min(1),
      externalId: text(EXTERNAL_ID_CHARACTERS_MAX).min(1).optional(),
    }),
  )
  .min(1)
  .max(PROVISION_USERS_MAX)
export type ProvisionUsers = z.infer<typeof ProvisionUsers>

export const UsersBatch = z.strictObject({ ids: z.array(UserIdSchema).min(1).max(USERS_BATCH_MAX) })
export type UsersBatch = z.infer<typeof UsersBatch>
