import type { SettingChanges, SettingKey, Settings } from '../../shared/admin/settings.ts'

/** What holds now: defaults where nobody has set anything, at version 0. */
export interface StoredSettings {
  readonly values: Settings
  readonly versions: Readonly<Record<SettingKey, number>>
}

/**
 * Promises: all changes or none, each with its audit entry; a change that names another version than the
 * setting has rejects with SETTING_CONFLICT.
 */
export interface SettingsStore {
  read(): Promise<StoredSettings>
  change(actor: string, changes: SettingChanges): Promise<StoredSettings>
}
