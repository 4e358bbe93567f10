import pg from 'pg'
import { devToken } from './dev-token.ts'
import type { Jwt } from './services.ts'

/** A token for somebody who is known by handle. */
export async function viewerToken(databaseUrl: string, handle: string, jwt: Jwt): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ id: string }>(
      'select id from users where lower(handle) = lower($1)',
      [handle],
    )
    const subject = rows[0]?.id
    if (subject === undefined) throw new Error(`Nobody is called @${handle}.`)
    return await devToken({ ...jwt, subject })
  } finally {
    await client.end()
  }
}
