import type { Walk, WalkPage } from './people.ts'

export interface AuditEntry {
  readonly id: string
  readonly atMs: number
  /** The user id of the operator. */
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly detail: unknown
}

/** Who changed what. Entries are added, never changed. */
export interface AuditLog {
  record(entry: Pick<AuditEntry, 'actor' | 'action' | 'subject' | 'detail'>): Promise<void>
  list(walk: Walk): Promise<WalkPage<AuditEntry>>
}
