import type { UserId } from '../../shared/ids.ts'

/** The product's own ids of users, as its tokens name them. */
export interface Subjects {
  find(externalId: string): Promise<UserId | undefined>
  /** Repeatable: of many that come at once one makes the user, and all answer it. */
  create(externalId: string): Promise<UserId>
}
