import pg from 'pg'

/**
 * After a restore: transaction ids begin again, so tokens, generations and leases of the life before must
 * not be compared with those of this one. Answers the new epoch.
 */
export async function newEpoch(databaseUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ epoch: number }>(
      `update settings set value = to_jsonb(value::int + 1), version = version + 1,
         updated_at = clock_timestamp()
       where key = 'epoch' returning value::int as epoch`,
    )
    const [row] = rows
    if (row === undefined) throw new TypeError('a migrated database without an epoch')
    return row.epoch
  } finally {
    await client.end()
  }
}
