import type { Pool } from 'pg'
import type { AuditEntry, AuditLog } from '../../ports/audit-log.ts'
import { answered } from './failure.ts'
import { millisecondsOf } from './rows.ts'
import { FROM_THE_NEWEST, walkPage } from './walk-page.ts'

export const postgresAuditLog = (pool: Pool): AuditLog => ({
  async record({ actor, action, subject, detail }) {
    await answered(
      pool.query('insert into audit_log (actor, action, subject, detail) values ($1, $2, $3, $4)', [
        actor,
        action,
        subject,
        JSON.stringify(detail),
      ]),
    )
  },

  async list({ before, limit }) {
    const { rows } = await answered(
      pool.query<Omit<AuditEntry, 'atMs'> & { at: string }>(
        `select id, ${millisecondsOf('at')} as at, actor, action, subject, detail
         from audit_log where id < $1 order by id desc limit $2`,
        [before ?? FROM_THE_NEWEST, limit + 1],
      ),
    )
    const entries = rows.map(({ at, ...entry }) => ({ ...entry, atMs: Number(at) }))
    return walkPage(entries, limit, ({ id }) => id)
  },
})
