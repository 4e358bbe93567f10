import pg from 'pg'

/** The `sub` that a token of this user has: its id, or the product's own id where `auth.subject` says so. */
export async function subjectOf(databaseUrl: string, handleOrId: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ id: string; external_id: string | null; mode: string }>(
      `select id, external_id,
         coalesce((select value #>> '{}' from settings where key = 'auth.subject'), 'userId') as mode
       from users where lower(handle) = lower($1) or id = $2::bigint
       order by lower(handle) = lower($1) desc limit 1`,
      [
        handleOrId.replace(/^@/, ''),
        /^\d{1,18}$|^[1-8]\d{18}$/.test(handleOrId) ? handleOrId : null,
      ],
    )
    const [user] = rows
    if (user === undefined) throw new Error(`There is no user ${handleOrId}.`)
    if (user.mode === 'userId') return user.id
    if (user.external_id === null) {
      throw new Error(`auth.subject is externalId, and ${handleOrId} has no external id.`)
    }
    return user.external_id
  } finally {
    await client.end()
  }
}
