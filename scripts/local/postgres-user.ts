import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import path from 'node:path'

const USER = 'postgres'

/** How to run a Postgres program: directly, or, when we are root, as a user that is not. */
export interface PostgresUser {
  readonly uid: number
  readonly gid: number
  /** Put before a command whose files lie where the user may not look. */
  readonly prefix: readonly string[]
}

/** Postgres refuses to run as root. Anybody else runs it as themselves: `undefined`. */
export function postgresUser(paths: readonly string[]): PostgresUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  if (userNumber('-u') === undefined) createUser()
  const [uid, gid] = [userNumber('-u'), userNumber('-g')]
  if (uid === undefined || gid === undefined) {
    throw new Error(
      `Postgres cannot run as root, and no user "${USER}" could be made. ` +
        `Make one (useradd --system ${USER}), or start as an ordinary user.`,
    )
  }
  const closed = paths.find((place) => !canReach(place, uid, gid))
  return { uid, gid, prefix: closed === undefined ? [] : reachEverything(uid, gid, closed) }
}

function userNumber(flag: '-u' | '-g'): number | undefined {
  const { status, stdout } = spawnSync('id', [flag, USER], { encoding: 'utf8' })
  return status === 0 ? Number(stdout) : undefined
}

function createUser(): void {
  spawnSync('groupadd', ['--system', USER])
  spawnSync('useradd', ['--system', '--gid', USER, '--no-create-home', USER])
}

/** A clone under /root is closed to everyone but root: each folder on the way must be passable. */
function canReach(place: string, uid: number, gid: number): boolean {
  for (let folder = path.dirname(place); ; folder = path.dirname(folder)) {
    const stat = statSync(folder)
    const bit = stat.uid === uid ? 0o100 : stat.gid === gid ? 0o010 : 0o001
    if ((stat.mode & bit) === 0) return false
    if (folder === path.dirname(folder)) return true
  }
}

/** Changes nobody's folders: the server keeps one right of root, to pass through them. */
function reachEverything(uid: number, gid: number, closed: string): readonly string[] {
  const flags = [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    '--inh-caps=-all,+dac_override',
    '--ambient-caps=-all,+dac_override',
    '--',
  ]
  if (spawnSync('setpriv', [...flags, 'true']).status !== 0) {
    throw new Error(
      `Postgres cannot run as root, and the user "${USER}" may not pass the folders above ${closed}. ` +
        'Put the project where every user can read it, or start as an ordinary user.',
    )
  }
  return ['setpriv', ...flags]
}
