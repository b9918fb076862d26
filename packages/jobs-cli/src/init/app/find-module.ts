import { existsSync } from 'node:fs'
import { join } from 'node:path'

const extensions = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx']

/** Finds an app's file for a module, with any extension, because two files of one name would conflict. */
export function findModule(root: string, path: string): string | undefined {
  const name = path.replace(/\.[cm]?[jt]sx?$/, '')
  // The exact path comes first, so that `init` reports it.
  return [path, ...extensions.map((extension) => name + extension)].find((file) => existsSync(join(root, file)))
}
