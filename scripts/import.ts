/** `npm run import`: people, follows and posts from files. `scripts/import/README.md` says how. */
import path from 'node:path'
import { importProgress } from './import/progress.ts'
import { runImport, type FileWords } from './import/run-import.ts'
import { commandLine } from './local/command-line.ts'
import { databaseUrlOf } from './local/run-context.ts'
import { homeFolder, readRunFile } from './local/run-file.ts'

const COLUMNS = 'columns: a,b,- by place or ours=theirs,… by name'
const file = (what: string) =>
  ({ type: 'text', value: 'FILE', isMany: true, what, otherwise: 'none' }) as const
const columns = (what: string) =>
  ({ type: 'text', value: 'COLUMNS', what, otherwise: 'by the first line' }) as const

const { values, refuse } = commandLine({
  name: 'npm run import',
  what: `People, follows and posts from files: TSV, CSV or JSONL, plain or gz; ${COLUMNS}.`,
  options: {
    users: file('people; several times for several files, as the next two'),
    follows: file('who follows whom'),
    posts: file('posts'),
    likes: file('not yet: refused'),
    'users-columns': columns('what the columns of --users are'),
    'follows-columns': columns('what the columns of --follows are'),
    'posts-columns': columns('what the columns of --posts are'),
    texts: {
      type: 'text',
      value: 'FILE',
      what: 'texts for posts that bring none',
      otherwise: 'none',
    },
    'texts-columns': columns('what the columns of --texts are'),
    'create-users': { type: 'flag', what: 'makes people who are named and not there' },
    again: { type: 'flag', what: 'reads files again that were imported whole' },
    report: {
      type: 'text',
      value: 'FOLDER',
      what: 'where the rejected rows are listed',
      otherwise: 'imports/ of HEADWATER_HOME',
    },
  },
})

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}

async function main(): Promise<void> {
  if (values.likes.length > 0) {
    throw new Error('There are no likes yet: nothing was imported. Leave --likes out for now.')
  }
  const words = (paths: readonly string[], declared: string | undefined) =>
    paths.map((each): FileWords => ({ path: each, columns: declared }))
  const users = words(values.users, values['users-columns'])
  const follows = words(values.follows, values['follows-columns'])
  const posts = words(values.posts, values['posts-columns'])
  if (users.length + follows.length + posts.length === 0) {
    refuse('Nothing is named to import: --users, --follows or --posts.')
  }

  const home = homeFolder(process.env)
  const { stdout } = process
  const results = await runImport(
    {
      databaseUrl: databaseUrlOf(process.env),
      redisUrl: process.env['REDIS_URL'] || readRunFile(home)?.urls.redis,
      reportFolder: values.report ?? path.join(home, 'imports'),
      users,
      follows,
      posts,
      texts: words(values.texts === undefined ? [] : [values.texts], values['texts-columns'])[0],
      createUsers: values['create-users'],
      again: values.again,
    },
    importProgress({ isLive: stdout.isTTY, write: (words) => void stdout.write(words) }, () =>
      performance.now(),
    ),
  )
  const rejected = results.reduce((sum, result) => sum + result.rejected, 0)
  if (rejected > 0) console.log(`${rejected} rows were rejected; all others are there.`)
}
