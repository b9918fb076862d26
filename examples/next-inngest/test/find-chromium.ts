import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const macApps = ['Google Chrome', 'Chromium'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`)

/**
 * Returns the path of `CHROMIUM_PATH`, or of the first Chromium on this machine. @throws with instructions if there is
 * none.
 */
export function findChromium(): string {
  const configured = process.env['CHROMIUM_PATH']
  const folders = ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)]
  const places = configured
    ? [configured]
    : [...folders.flatMap((folder) => names.map((name) => join(folder, name))), ...macApps]
  const found = places.find((path) => existsSync(path))
  if (found) return found
  throw new Error(
    `${configured ? `The file of \`CHROMIUM_PATH\`, \`${configured}\`, does not exist` : 'No Chromium was found'}. ` +
      'Install one (Debian and Ubuntu: `apt-get install chromium`), or set `CHROMIUM_PATH`.',
  )
}
