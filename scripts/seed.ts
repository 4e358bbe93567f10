import { commandLine } from './local/command-line.ts'
import { databaseUrlOf } from './local/run-context.ts'
import { seedSample } from './sample/seed-sample.ts'

commandLine({
  name: 'npm run seed',
  what: 'Loads the sample people and posts into a database that has no users.',
  options: {},
})

try {
  let isNew = false
  const { viewerHandle } = await seedSample(databaseUrlOf(process.env), {
    onProgress: (words) => {
      isNew = true
      console.log(`  ${words}`)
    },
  })
  console.log(
    isNew
      ? `Loaded. Look through the eyes of @${viewerHandle}.`
      : 'There are users already; nothing was changed.',
  )
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
