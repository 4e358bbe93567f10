import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import type { SpawnChild } from '../local/children.ts'

const POM = path.join(import.meta.dirname, 'kafka-pom.xml')
const JAVA_MIN = 17
const FETCH_WORDS = 'Kafka is not here yet; Maven fetches its jars (about 45 MB) …'

/** The jars of one version; another version in the pom is another folder. */
function kafkaLib(toolsDir: string): string {
  const version = /<kafka\.version>([^<]+)</.exec(readFileSync(POM, 'utf8'))?.[1]
  if (version === undefined) throw new Error(`${POM} names no version of Kafka`)
  return path.join(toolsDir, `kafka-${version}`)
}

/** What has to be installed first, in sentences. Maven is needed only until the jars are there. */
export function missingForKafka(toolsDir: string): readonly string[] {
  const missing: string[] = []
  const java = javaVersion()
  if (java === undefined || java < JAVA_MIN) {
    const found = java === undefined ? 'There is no java on PATH' : `java on PATH is ${java}`
    missing.push(
      `${found}; Kafka needs ${JAVA_MIN} or newer. Debian, Ubuntu: apt-get install openjdk-17-jre-headless; ` +
        'Fedora: dnf install java-21-openjdk-headless; macOS: brew install openjdk.',
    )
  }
  if (!existsSync(kafkaLib(toolsDir)) && !runs('mvn')) {
    missing.push(
      'There is no mvn on PATH; it fetches Kafka once. Debian, Ubuntu: apt-get install maven; ' +
        'Fedora: dnf install maven; macOS: brew install maven.',
    )
  }
  return missing
}

export interface FetchDeps {
  readonly toolsDir: string
  readonly logsDir: string
  readonly spawnChild: SpawnChild
  readonly say: (words: string) => void
}

/** Answers the folder of the jars; fetched beside it and renamed, so that half a class path is never used. */
export async function fetchKafka(deps: FetchDeps): Promise<string> {
  const { toolsDir, logsDir, spawnChild, say } = deps
  const lib = kafkaLib(toolsDir)
  if (existsSync(lib)) return lib
  say(FETCH_WORDS)
  await mkdir(toolsDir, { recursive: true })
  const draft = await mkdtemp(path.join(toolsDir, 'kafka-fetch-'))
  try {
    const logFile = path.join(logsDir, 'kafka-fetch.log')
    const child = spawnChild({
      name: 'maven',
      command: 'mvn',
      args: ['-q', '-B', '-ntp', '-f', POM, 'dependency:copy-dependencies', `-Dkafka.lib=${draft}`],
      env: process.env,
      logFile,
      isTask: true,
    })
    const how = await child.ended
    if (how !== 'exit code 0')
      throw new Error(`Maven could not fetch Kafka (${how}): see ${logFile}`)
    // Another run may have been faster; its jars are the same.
    await rename(draft, lib).catch((error: unknown) => {
      if (!existsSync(lib)) throw error
    })
    return lib
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

function javaVersion(): number | undefined {
  const { status, stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' })
  const version = status === 0 ? /version "(?:1\.)?(\d+)/.exec(stderr)?.[1] : undefined
  return version === undefined ? undefined : Number(version)
}

const runs = (command: string): boolean =>
  spawnSync(command, ['-version'], { stdio: 'ignore' }).status === 0
