import { parseArgs } from 'node:util'
import { devToken } from './local/dev-token.ts'
import { databaseUrlOf, jwtOf } from './local/run-context.ts'
import { subjectOf } from './local/subject-of.ts'

const USAGE = 'usage: npm run token -- --user HANDLE-OR-ID [--scope operator]'

/** Prints a development token, and nothing else, so that it can be put into a variable. */
async function token(args: string[]): Promise<string> {
  const { values } = parseArgs({
    args,
    options: { user: { type: 'string' }, scope: { type: 'string' } },
  })
  const { user, scope } = values
  if (user === undefined || (scope !== undefined && scope !== 'operator')) throw new Error(USAGE)
  const subject = await subjectOf(databaseUrlOf(process.env), user)
  const options = { ...jwtOf(process.env), subject }
  return devToken(scope === undefined ? options : { ...options, scope })
}

try {
  console.log(await token(process.argv.slice(2)))
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
