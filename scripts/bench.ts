/**
 * npm run bench [-- name …]: how fast it is, against the bare engines.
 *
 * The method. No absolute number is judged, since it would judge the machine: each figure is a ratio to a
 * bare engine that does the same work without us, in the same run. The two take turns: bare, ours, bare;
 * ours is divided by the mean of its two neighbours, so that a machine that slows down slows both. The
 * median of the rounds is judged. The second bare run against the first is the control (A/A): it shows how
 * far apart two equal things lie here and now, and a figure that misses its bound by less than that was not
 * measured well enough to tell. Servers are private and on loopback; Postgres keeps what it commits as a
 * deployment's does; load comes from a process of its own. An answer that is not a 2xx ends the run. A static
 * server or Worker gives a body that the product answered once, made before anybody asks.
 *
 * Prints a table, writes a page with plots, and exits with 1 where a figure falls short.
 */
import { writeFile, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { delivery } from './bench/delivery.ts'
import { deliveryCluster } from './bench/delivery-cluster.ts'
import { edge } from './bench/edge.ts'
import { fallsShort, type Figure } from './bench/figure.ts'
import { originRead } from './bench/origin-read.ts'
import { postAccept } from './bench/post-accept.ts'
import { pulled } from './bench/pulled.ts'
import { machine, tableOf } from './bench/report.ts'
import { reportPage } from './bench/report-page.ts'
import { timelineBytes } from './bench/timeline-bytes.ts'
import { underBurst } from './bench/under-burst.ts'
import { visible, visibleOnKafka } from './bench/visible.ts'
import { benchWorld, type BenchWorld } from './bench/world.ts'
import { commandLine } from './local/command-line.ts'
import { progress } from './local/progress.ts'
import { homeFolder } from './local/run-file.ts'

const BENCHES: Readonly<Record<string, (world: BenchWorld) => Promise<readonly Figure[]>>> = {
  'timeline-bytes': timelineBytes,
  delivery,
  'delivery-cluster': deliveryCluster,
  pulled,
  'origin-read': originRead,
  'under-burst': underBurst,
  'post-accept': postAccept,
  visible,
  'visible-kafka': visibleOnKafka,
  edge,
}

const { words: asked, refuse } = commandLine({
  name: 'npm run bench',
  what: 'How fast it is, against the bare engines. A minute or more for each benchmark.',
  form: `-- [NAME…]\nnames: ${Object.keys(BENCHES).join(', ')} (default: all)`,
  takesWords: true,
  options: {},
})
const unknown = asked.filter((name) => !Object.hasOwn(BENCHES, name))
if (unknown.length > 0) refuse(`No benchmark is named ${unknown.join(', ')}.`)

const steps = progress(console.log, () => performance.now())
const figures: Figure[] = []
const unmeasured: string[] = []
console.log(`${machine()}. About a minute for each benchmark.`)
for (const [name, run] of Object.entries(BENCHES)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  try {
    const found = await steps.step(name, async () => {
      // Servers of their own for each: what one leaves behind must not slow the next.
      await using world = await benchWorld()
      return await run(world)
    })
    figures.push(...found)
  } catch (error) {
    // The others are worth their minutes all the same; this run does not pass.
    console.error(`  ✗ ${name} was not measured:`, error)
    unmeasured.push(name)
  }
}

const home = homeFolder(process.env)
const page = path.join(home, 'bench.html')
await mkdir(home, { recursive: true })
await writeFile(page, reportPage(figures))
console.log(`\n${tableOf(figures)}\n\nThe same with plots: ${page}`)
if (unmeasured.length > 0) console.log(`Not measured: ${unmeasured.join(', ')}`)
process.exit(figures.some(fallsShort) || unmeasured.length > 0 ? 1 : 0)
