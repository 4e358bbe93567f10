import { commandLine } from './local/command-line.ts'
import { devToken } from './local/dev-token.ts'
import { databaseUrlOf, jwtOf } from './local/run-context.ts'
import { subjectOf } from './local/subject-of.ts'

const { values } = commandLine({
  name: 'npm run token',
  what: 'Prints a development token, and nothing else, so that it can be put into a variable.',
  form: '-- --user HANDLE-OR-ID [--scope operator]',
  options: {
    user: { type: 'text', value: 'HANDLE-OR-ID', isRequired: true, what: 'whose it is' },
    scope: {
      type: 'text',
      value: 'SCOPE',
      oneOf: ['operator'],
      what: 'what more it allows: operator',
      otherwise: 'none',
    },
  },
})

async function token(): Promise<string> {
  const { user, scope } = values
  const subject = await subjectOf(databaseUrlOf(process.env), user)
  const options = { ...jwtOf(process.env), subject }
  return devToken(scope === undefined ? options : { ...options, scope })
}

try {
  console.log(await token())
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
