import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'

import { removeAfterRun } from '../../../vitest.cleanup.ts'

/** A project folder for the CLI. */
export interface CliFolder {
  readonly path: string
  /** The folder of the CLI's own settings. */
  readonly configPath: string
  remove(): void
}

const excluded = new Set(['.git', '.next', '.trigger', '.turbo', 'dist', 'test-results'])

/**
 * Creates the folder of a CLI: the project's own folder, or a copy next to it, so that relative imports still work. Two
 * CLIs cannot share a folder: the second would end the first and delete its build.
 */
export function createCliFolder(projectDir: string, inPlace = false): CliFolder {
  const path = inPlace ? projectDir : copyNextTo(projectDir)
  const configPath = mkdtempSync(join(tmpdir(), 'trigger-config-'))
  return {
    path,
    configPath,
    remove() {
      // The next CLI in this folder would end the processes that these files name, even if they are others by then.
      const stateFiles = ['dev.lock', 'watchdog.pid', 'active-runs.json'].map((name) => join(path, '.trigger', name))
      for (const each of [configPath, ...(inPlace ? stateFiles : [path])])
        rmSync(each, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function copyNextTo(projectDir: string): string {
  const path = mkdtempSync(join(dirname(projectDir), '.trigger-'))
  removeAfterRun(path)
  const isIncluded = (file: string): boolean => !excluded.has(basename(file))
  cpSync(projectDir, path, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (file) => file === projectDir || isIncluded(file),
  })
  // The CLI requires a package, and a lockfile in it or above it.
  if (!existsSync(join(path, 'package.json'))) {
    writeFileSync(join(path, 'package.json'), JSON.stringify({ name: 'project', private: true, type: 'module' }))
  }
  return path
}
