/** `npm run stop`: ends what `npm start` left running, and whatever outlived a killed start. */
import { endGroup } from './local/children.ts'
import { commandLine } from './local/command-line.ts'
import { endLeftovers } from './local/leftovers.ts'
import { homeFolder, ownerOf, recordsFolder, releaseHome } from './local/run-file.ts'

/** The supervisor stops its parts in turn, each with a grace of its own. */
const STOP_GRACE_MS = 90_000

commandLine({
  name: 'npm run stop',
  what: 'Ends what npm start left running, and whatever outlived a killed start.',
  options: {},
})
const home = homeFolder(process.env)
const owner = ownerOf(home)
if (owner !== undefined) {
  await endGroup(owner, { stopSignal: 'SIGTERM', stopGraceMs: STOP_GRACE_MS })
}
const leftovers = await endLeftovers(recordsFolder(home))
releaseHome(home)
if (owner === undefined && leftovers.length === 0) console.log(`Nothing runs from ${home}.`)
else console.log(`Stopped${leftovers.length > 0 ? `, with ${leftovers.join(', ')}` : ''}.`)
