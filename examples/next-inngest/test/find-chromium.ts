import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const macApps = ['Google Chrome', 'Chromium'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`)

/** The browser to drive: `CHROMIUM_PATH`, or the first that this machine has. @throws saying how to get one. */
export function findChromium(): string {
  const named = process.env['CHROMIUM_PATH']
  const folders = ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)]
  const places = named ? [named] : [...folders.flatMap((folder) => names.map((name) => join(folder, name))), ...macApps]
  const found = places.find((path) => existsSync(path))
  if (found) return found
  throw new Error(
    `${named ? `\`CHROMIUM_PATH\` names \`${named}\`, which does not exist` : 'No Chromium was found'}. ` +
      'Install one (Debian and Ubuntu: `apt-get install chromium`), or name one with `CHROMIUM_PATH`.',
  )
}
