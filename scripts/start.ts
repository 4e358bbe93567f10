/** `npm start`: everything on this machine, until Ctrl-C. `-- --detach` leaves it running. */
import { commandLine } from './local/command-line.ts'
import { devToken } from './local/dev-token.ts'
import { subjectOf } from './local/subject-of.ts'
import { startDetached } from './local/detach.ts'
import { recorded } from './local/leftovers.ts'
import { identify } from './local/process-identity.ts'
import { progress } from './local/progress.ts'
import {
  claimHome,
  homeFolder,
  recordsFolder,
  releaseHome,
  writeRunFile,
} from './local/run-file.ts'
import { localSecrets } from './local/secrets.ts'
import { startStack, type Stack } from './local/stack.ts'
import { supervise, type End, type Supervision } from './local/supervision.ts'

const { values } = commandLine({
  name: 'npm start',
  what: 'Everything on this machine, until Ctrl-C.',
  options: { detach: { type: 'flag', what: 'leaves it running; npm run stop ends it' } },
})
const home = homeFolder(process.env)

try {
  process.exitCode = values.detach ? await startDetached(home) : await runHere()
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
// Pools of a start that was broken off would keep the process alive.
process.exit()

async function runHere(): Promise<number> {
  claimHome(home)
  const supervision = await supervise(recordsFolder(home))
  try {
    const { reason, isAsked } = await run(supervision)
    console.log(`\nStopping: ${reason}`)
    return isAsked ? 0 : 1
  } finally {
    await supervision.stop()
    releaseHome(home)
    console.log('Everything is stopped.')
  }
}

/** Answers when it ends, which may be while it still starts. */
async function run(supervision: Supervision): Promise<End> {
  const lines = progress(console.log, () => performance.now())
  const starting = startStack({
    home,
    env: process.env,
    secrets: localSecrets(home),
    spawnChild: supervision.spawnChild,
    progress: lines,
  })
  const stack = await Promise.race([starting, supervision.ended])
  if ('reason' in stack) {
    // What it still tries fails, because nothing may be spawned any more; the reason is known.
    starting.catch(() => undefined)
    return stack
  }
  const self = identify(process.pid)
  if (self === undefined) throw new Error('This process cannot find itself.')
  const parts = recorded(recordsFolder(home))
  writeRunFile(home, {
    supervisor: self,
    urls: stack.urls,
    jwt: stack.jwt,
    parts: [...parts],
  })
  await announce(stack)
  return supervision.ended
}

async function announce({ urls, jwt, viewerHandle }: Stack): Promise<void> {
  console.log(`
  edge     ${urls.edge}   (clients use this one)
  origin   ${urls.origin}   API reference: ${urls.origin}/docs
  admin    ${urls.admin}`)
  if (viewerHandle !== undefined) console.log(await invitation(urls, jwt, viewerHandle))
  console.log(`\nReady after ${(performance.now() / 1000).toFixed(1)} s. Ctrl-C stops everything.`)
}

async function invitation(
  urls: Stack['urls'],
  jwt: Stack['jwt'],
  viewerHandle: string,
): Promise<string> {
  let subject: string
  try {
    subject = await subjectOf(urls.database, viewerHandle)
  } catch (error) {
    // Its settings may ask for ids that sample people do not have; the run is sound all the same.
    return `\n  There is no token for a sample viewer: ${(error as Error).message}`
  }
  const token = await devToken({ ...jwt, subject })
  return `
  A token for @${viewerHandle}, good for 12 hours:
  ${token}

  Open this to read as @${viewerHandle}:
  ${urls.edge}/#token=${token}`
}
