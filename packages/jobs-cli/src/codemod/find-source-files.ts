import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

import { CodemodError } from './codemod-error.ts'
import { gitFiles } from './git-state.ts'

const sourceFile = /(?<!\.d)\.(?:[cm]?ts|tsx|[cm]?js|jsx)$/
const generated = /(?:^|\/)(?:node_modules|dist|build|coverage|\.[^/]+)\//

/**
 * Returns the source files of these files and folders. In a Git repository, without the ignored ones.
 *
 * @throws {CodemodError} if a path does not exist
 */
export function findSourceFiles(cwd: string, paths: readonly string[]): string[] {
  const found = paths.flatMap((path) => {
    const full = resolve(cwd, path)
    if (!existsSync(full))
      throw new CodemodError({ code: 'no_path', message: `\`${path}\` does not exist. Pass files or folders.` })
    if (!statSync(full).isDirectory()) return [full]
    const files = gitFiles(full) ?? listFiles(full)
    return files.filter((file) => sourceFile.test(file) && !generated.test(file)).map((file) => join(full, file))
  })
  return [...new Set(found)].filter((file) => existsSync(file)).toSorted()
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory()) return [entry.name]
    if (entry.name === 'node_modules' || entry.name.startsWith('.')) return []
    return listFiles(join(folder, entry.name)).map((file) => `${entry.name}/${file}`)
  })
}

/** Returns the nearest `tsconfig.json` above a file, if any. */
export function findConfig(file: string): string | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const config = join(folder, 'tsconfig.json')
    if (existsSync(config)) return config
    if (folder === dirname(folder)) return undefined
  }
}
