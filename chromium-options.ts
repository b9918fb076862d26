import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

// First Chromium without a user interface, which needs half the processor time.
const names = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
]
const macApps = ['Google Chrome', 'Chromium'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`)

/** Options with which Playwright starts the Chromium of this machine, headless and without background requests. */
interface ChromiumOptions {
  readonly executablePath: string
  readonly args: string[]
}

/** Returns options for tests in a browser. @throws with instructions if this machine has no Chromium. */
export function chromiumOptions(): ChromiumOptions {
  return {
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
  }
}

/** Returns the path of `CHROMIUM_PATH`, or of the best Chromium on this machine. */
function findChromium(): string {
  const configured = process.env['CHROMIUM_PATH']
  const folders = ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)]
  const places = configured
    ? [configured]
    : [...names.flatMap((name) => folders.map((folder) => join(folder, name))), ...macApps]
  const found = places.find((path) => existsSync(path))
  if (found) return found
  throw new Error(
    `${configured ? `The file of \`CHROMIUM_PATH\`, \`${configured}\`, does not exist` : 'No Chromium was found'}. ` +
      'Install one (Debian: `apt-get install chromium-headless-shell`, Ubuntu: `chromium`), or set `CHROMIUM_PATH`.',
  )
}
