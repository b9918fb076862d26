import { type Browser, chromium } from 'playwright-core'

import { findChromium } from './find-chromium.ts'

/** Opens a headless browser without background network requests. */
export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
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
