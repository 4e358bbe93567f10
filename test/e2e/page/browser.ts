import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const EXECUTABLE = '/usr/bin/chromium'

/** Why the page cannot be tested on this machine; undefined where it can. */
export const withoutBrowser: string | undefined = existsSync(EXECUTABLE)
  ? undefined
  : `${EXECUTABLE} is absent; apt-get install chromium`

/** Chromium that runs as root in a sandboxless container and asks nobody outside for anything. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
