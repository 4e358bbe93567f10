import * as z from 'zod'
import { POST_TEXT_CHARACTERS_MAX } from './limits.ts'

/** Code points, as Postgres counts characters; UTF-16 units would count an emoji twice. */
const charactersOf = (text: string): number => {
  let count = 0
  for (const _ of text) count += 1
  return count
}

/** 1 to 4,000 characters; NUL cannot be stored by Postgres, and lone surrogates are not text. */
export const PostText = z
  .string()
  .min(1)
  .max(POST_TEXT_CHARACTERS_MAX * 2)
  .refine((text) => charactersOf(text) <= POST_TEXT_CHARACTERS_MAX, {
    message: `longer than ${POST_TEXT_CHARACTERS_MAX} characters`,
  })
  .refine((text) => text.trim().length > 0, { message: 'empty' })
  .refine((text) => !text.includes('\u0000') && text.isWellFormed(), { message: 'not valid text' })
  // JSON Schema counts code points too; the bound above is only there to refuse a flood early.
  .meta({ maxLength: POST_TEXT_CHARACTERS_MAX })

export const UserBrief = z.object({
  id: z.string(),
  handle: z.string(),
  name: z.string(),
  avatarUrl: z.string().nullable(),
  verified: z.boolean(),
})
export type UserBrief = z.infer<typeof UserBrief>

export const Post = z.object({
  id: z.string(),
  author: UserBrief,
  text: z.string(),
  createdAt: z.string(),
  editedAt: z.string().nullable(),
  language: z.string().nullable(),
  sensitive: z.boolean(),
})
export type Post = z.infer<typeof Post>

export const CreatePost = z.strictObject({
  text: PostText,
  /** BCP 47, as far as `de` and `pt-BR` go. */
  language: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/)
    .optional(),
  sensitive: z.boolean().optional(),
})
export type CreatePost = z.infer<typeof CreatePost>

export const EditPost = z.strictObject({ text: PostText })
export type EditPost = z.infer<typeof EditPost>
