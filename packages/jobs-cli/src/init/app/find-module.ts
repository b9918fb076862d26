import { existsSync } from 'node:fs'
import { join } from 'node:path'

const extensions = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx']

/** The file of a module in an app, whichever extension it has: two of one name would be in each other's way. */
export function findModule(root: string, path: string): string | undefined {
  const name = path.replace(/\.[cm]?[jt]sx?$/, '')
  // The very file first, so that it is the one that is named.
  return [path, ...extensions.map((extension) => name + extension)].find((file) => existsSync(join(root, file)))
}
