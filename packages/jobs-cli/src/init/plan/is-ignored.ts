import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'

import ignore from 'ignore'

/** Returns whether Git ignores a file of an app because of a `.gitignore` in its folder, or above it in its repository. */
export function isIgnored(root: string, path: string): boolean {
  for (const folder of foldersOfRepository(root)) {
    const file = join(folder, '.gitignore')
    if (!existsSync(file)) continue
    // The path keeps its `/` at the end, which marks a folder.
    const inFolder = [...relative(folder, root).split(sep), path].filter((part) => part !== '').join('/')
    const { ignored, unignored } = ignore().add(readFileSync(file, 'utf8')).test(inFolder)
    if (ignored || unignored) return ignored
  }
  return false
}

/** Returns the folder and those above it up to the root of its repository; only the folder if there is no repository. */
function foldersOfRepository(root: string): readonly string[] {
  const folders = [root]
  while (!existsSync(join(folders.at(-1)!, '.git'))) {
    const above = dirname(folders.at(-1)!)
    if (above === folders.at(-1)) return [root]
    folders.push(above)
  }
  return folders
}
