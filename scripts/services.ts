/** `npm run services -- up [name…] | down [name…] | status`: real servers on loopback, without containers. */
import { commandLine } from './local/command-line.ts'
import { homeFolder } from './local/run-file.ts'
import { progress } from './local/progress.ts'
import { serviceNamed, SERVICES } from './services/catalogue.ts'
import { serviceKeeper } from './services/keeper.ts'
import { silenceNegativeTimers } from './services/quiet-timers.ts'
import type { Service } from './services/service.ts'

silenceNegativeTimers()
const { words, refuse } = commandLine({
  name: 'npm run services',
  what: 'Real servers on loopback, without containers.',
  form: `-- up NAME… | down [NAME…] | status
services: ${SERVICES.map(({ name, what }) => `${name} (${what})`).join(', ')}`,
  takesWords: true,
  options: {},
})
const [command, ...names] = words
const home = homeFolder(process.env)
const keeper = serviceKeeper(home)
const lines = progress(console.log, () => performance.now())

try {
  process.exitCode = await run()
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
// The servers go on; handles of theirs would keep this process.
process.exit()

async function run(): Promise<number> {
  const named = names.map(serviceNamed)
  switch (command) {
    case 'up':
      if (named.length === 0) return refuse('up takes the name of a service, or more.')
      for (const service of named) await bringUp(service)
      return 0
    case 'down':
      for (const service of named.length > 0 ? named : SERVICES) await takeDown(service)
      return 0
    case 'status':
      return (await Promise.all(SERVICES.map(describe))).includes(false) ? 1 : 0
    default:
      return refuse(command === undefined ? 'What is to be done?' : `There is no ${command}.`)
  }
}

async function bringUp(service: Service): Promise<void> {
  const before = await keeper.state(service)
  if (before.is === 'up') console.log(`${service.name} is up already.`)
  else
    await lines.step(`${service.name}: ${service.what}`, () =>
      keeper.up(service, (words) => lines.say(words)),
    )
  await describe(service)
}

async function takeDown(service: Service): Promise<void> {
  const ran = await keeper.down(service)
  if (ran || names.length > 0) console.log(`${service.name} ${ran ? 'is down' : 'did not run'}.`)
}

/** False for what is neither up nor down. */
async function describe(service: Service): Promise<boolean> {
  const state = await keeper.state(service)
  const pids = state.is === 'down' ? '' : `   ${state.processes.map(({ pid }) => pid).join(' ')}`
  console.log(`${service.name.padEnd(14)}${state.is.padEnd(7)}${service.what}${pids}`)
  if (state.is === 'up') {
    for (const [name, value] of Object.entries(state.env)) console.log(`  export ${name}=${value}`)
  }
  if (state.is === 'broken') console.log(`  its logs: ${home}/services/${service.name}/logs`)
  return state.is !== 'broken'
}
