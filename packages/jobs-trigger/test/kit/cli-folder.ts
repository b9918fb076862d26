import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'

/** A folder that the CLI takes for the project. */
export interface CliFolder {
  readonly path: string
  /** Where it keeps its own settings. */
  readonly configPath: string
  remove(): void
}

const leftOut = new Set(['.git', '.next', '.trigger', '.turbo', 'dist', 'test-results'])

/**
 * A copy of the project beside it, where its relative imports mean the same: of two CLIs in one folder, the second would
 * end the first and delete what it built.
 */
export function createCliFolder(projectDir: string): CliFolder {
  const path = mkdtempSync(join(dirname(projectDir), '.trigger-'))
  const configPath = mkdtempSync(join(tmpdir(), 'trigger-config-'))
  const isPart = (file: string): boolean => !leftOut.has(basename(file))
  cpSync(projectDir, path, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (file) => file === projectDir || isPart(file),
  })
  // The CLI wants a package, and a lockfile in or above it.
  if (!existsSync(join(path, 'package.json'))) {
    writeFileSync(join(path, 'package.json'), JSON.stringify({ name: 'project', private: true, type: 'module' }))
  }
  return {
    path,
    configPath,
    remove() {
      for (const folder of [path, configPath]) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
