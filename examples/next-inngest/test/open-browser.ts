import { type Browser, chromium } from 'playwright-core'

import { findChromium } from './find-chromium.ts'

/** Opens a browser without a window that leaves the network alone. */
export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      '--no-sandbox', // a container's root may not make one
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
