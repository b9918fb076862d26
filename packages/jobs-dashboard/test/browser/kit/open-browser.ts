import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

import { type Browser, chromium } from 'playwright-core'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

/** Opens the Chromium of `CHROMIUM_PATH`, or the first one on this machine, without background requests. */
export async function openBrowser(): Promise<Browser> {
  const folders = ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)]
  const executablePath =
    process.env['CHROMIUM_PATH'] ??
    folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path))
  if (executablePath === undefined) {
    throw new Error('No Chromium was found. Install one (`apt-get install chromium`), or set `CHROMIUM_PATH`.')
  }
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox', // root cannot create a sandbox in a container
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
