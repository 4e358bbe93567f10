import type { ClientBase, Pool } from 'pg'
import {
  DEFAULT_SETTINGS,
  Settings,
  type SettingChanges,
  type SettingKey,
} from '../../../shared/admin/settings.ts'
import { AppError } from '../../../shared/errors.ts'
import type { SettingsStore, StoredSettings } from '../../ports/settings-store.ts'
import { answered } from './failure.ts'
import { transaction } from './transaction.ts'

interface SettingRecord {
  readonly key: SettingKey
  readonly value: unknown
  readonly version: number
}

export const postgresSettings = (pool: Pool): SettingsStore => ({
  read: () => answered(read(pool)),
  change: (actor, changes) =>
    answered(
      transaction(pool, async (client) => {
        for (const [key, change] of Object.entries(changes)) {
          if (change !== undefined) await changeOne(client, actor, key as SettingKey, change)
        }
        return read(client)
      }),
    ),
})

const KEYS = Object.keys(DEFAULT_SETTINGS) as SettingKey[]

async function read(client: Pick<ClientBase, 'query'>): Promise<StoredSettings> {
  const { rows } = await client.query<SettingRecord>(
    'select key, value, version from settings where key = any($1)',
    [KEYS],
  )
  return {
    values: Settings.parse(Object.fromEntries(rows.map(({ key, value }) => [key, value]))),
    versions: {
      ...(Object.fromEntries(KEYS.map((key) => [key, 0])) as Record<SettingKey, number>),
      ...Object.fromEntries(rows.map(({ key, version }) => [key, version])),
    },
  }
}

/** Two who change a setting that has no row yet meet in the insert, and the second finds the first's version. */
async function changeOne(
  client: ClientBase,
  actor: string,
  key: SettingKey,
  { value, version }: NonNullable<SettingChanges[SettingKey]>,
): Promise<void> {
  const { rows } = await client.query<SettingRecord>(
    'select key, value, version from settings where key = $1 for update',
    [key],
  )
  const before = rows[0] ?? { key, value: DEFAULT_SETTINGS[key], version: 0 }
  const { rowCount } = await client.query(
    `insert into settings (key, value) values ($1, $2)
     on conflict (key) do update
       set value = excluded.value, version = settings.version + 1, updated_at = clock_timestamp()
       where settings.version = $3`,
    [key, JSON.stringify(value), before.version],
  )
  if (rowCount !== 1 || (version !== undefined && version !== before.version)) {
    throw new AppError('SETTING_CONFLICT', `${key} is at version ${before.version}`, {
      errors: [{ path: key, message: `is at version ${before.version}` }],
    })
  }
  await client.query(
    `insert into audit_log (actor, action, subject, detail) values ($1, 'settings.change', $2, $3)`,
    [actor, key, JSON.stringify({ from: before.value, to: value, version: before.version + 1 })],
  )
}
