import { homeFolder, readRunFile, type RunFile } from './run-file.ts'

/** The database that a command is about: the environment's, or that of the run in HEADWATER_HOME. */
export function databaseUrlOf(env: Readonly<Record<string, string | undefined>>): string {
  const url = env['DATABASE_URL'] || readRunFile(homeFolder(env))?.urls.database
  if (url === undefined) {
    throw new Error('No database: npm start runs one, or set DATABASE_URL.')
  }
  return url
}

/** How tokens of that run are signed. */
export function jwtOf(env: Readonly<Record<string, string | undefined>>): RunFile['jwt'] {
  const jwt = readRunFile(homeFolder(env))?.jwt
  const secret = env['JWT_SECRET'] || jwt?.secret
  if (secret === undefined) throw new Error('No secret: npm start makes one, or set JWT_SECRET.')
  return {
    secret,
    issuer: env['JWT_ISSUER'] || jwt?.issuer || 'headwater',
    audience: env['JWT_AUDIENCE'] || jwt?.audience || 'headwater',
  }
}
