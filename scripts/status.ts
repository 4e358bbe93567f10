/** `npm run status`: what runs, and where. Exits with 1 when not everything does. */
import { commandLine } from './local/command-line.ts'
import { answersOk } from './local/http-probe.ts'
import { isRunning } from './local/process-identity.ts'
import { homeFolder, ownerOf, readRunFile } from './local/run-file.ts'

commandLine({
  name: 'npm run status',
  what: 'What runs, and where. Exits with 1 when not everything does.',
  options: {},
})
const home = homeFolder(process.env)
const run = readRunFile(home)
if (ownerOf(home) === undefined) {
  console.log(`Nothing runs from ${home}.`)
  process.exitCode = 1
} else if (run === undefined) {
  console.log('Headwater is starting.')
  process.exitCode = 1
} else {
  const { edge, origin, admin, l2 } = run.urls
  const answers = [
    ['edge', edge, await answersOk(`${edge}/healthz`)],
    ['origin', origin, await answersOk(`${origin}/readyz`)],
    ['admin', admin, undefined],
    ['l2', l2, await answersOk(`${l2}/readyz`)],
  ] as const
  for (const [name, url, isReady] of answers) {
    console.log(`${name.padEnd(11)}${url}${isReady === false ? '   does not answer' : ''}`)
  }
  const gone = run.parts.filter((part) => !isRunning(part))
  for (const part of run.parts) {
    console.log(`${part.name.padEnd(11)}process ${part.pid}${gone.includes(part) ? ', gone' : ''}`)
  }
  if (gone.length > 0 || answers.some(([, , isReady]) => isReady === false)) process.exitCode = 1
}
