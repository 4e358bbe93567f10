import {
  DEFAULT_SETTINGS,
  type SettingChanges,
  type Settings,
} from '../../shared/admin/settings.ts'
import { SETTINGS_POLL_MS } from '../../shared/limits.ts'
import type { Now } from '../../shared/time.ts'
import type { SettingsStore, StoredSettings } from '../ports/settings-store.ts'

export interface LiveSettings {
  /** As of the last look, at most a poll ago. */
  readonly current: () => Settings
  /** Since when nobody could look, for those who report it; 0 before the first look. */
  readonly lookedAtMs: () => number
  read(): Promise<StoredSettings>
  /** Effective in this process at once, in others with their next look. */
  change(actor: string, changes: SettingChanges): Promise<StoredSettings>
  /** Looks until the signal aborts. A look that fails keeps what was known: settings never stop a feed. */
  follow(signal: AbortSignal): Promise<void>
}

export interface LiveSettingsDeps {
  readonly store: SettingsStore
  readonly now: Now
  /** Resolves after the time, or at once when the signal aborts. */
  readonly pause: (durationMs: number, signal: AbortSignal) => Promise<void>
  readonly onFailure: (error: unknown) => void
}

export function liveSettings({ store, now, pause, onFailure }: LiveSettingsDeps): LiveSettings {
  let known: Settings = DEFAULT_SETTINGS
  let lookedAtMs = 0

  function learn(stored: StoredSettings): StoredSettings {
    known = stored.values
    lookedAtMs = now()
    return stored
  }

  return {
    current: () => known,
    lookedAtMs: () => lookedAtMs,
    read: async () => learn(await store.read()),
    change: async (actor, changes) => learn(await store.change(actor, changes)),
    async follow(signal) {
      while (!signal.aborted) {
        await store.read().then(learn, onFailure)
        await pause(SETTINGS_POLL_MS, signal)
      }
    },
  }
}
