import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'

import { removeAfterRun } from '../../../../vitest.leave-nothing.ts'

/** A folder that the CLI takes for the project. */
export interface CliFolder {
  readonly path: string
  /** Where it keeps its own settings. */
  readonly configPath: string
  remove(): void
}

const leftOut = new Set(['.git', '.next', '.trigger', '.turbo', 'dist', 'test-results'])

/**
 * The project's own folder, or a copy beside it, where its relative imports mean the same: of two CLIs in one folder, the
 * second would end the first and delete what it built.
 */
export function createCliFolder(projectDir: string, inPlace = false): CliFolder {
  const path = inPlace ? projectDir : copyBeside(projectDir)
  const configPath = mkdtempSync(join(tmpdir(), 'trigger-config-'))
  return {
    path,
    configPath,
    remove() {
      // Of these the next CLI here would read which processes to end, whatever they are by then.
      const notes = ['dev.lock', 'watchdog.pid', 'active-runs.json'].map((name) => join(path, '.trigger', name))
      for (const each of [configPath, ...(inPlace ? notes : [path])])
        rmSync(each, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function copyBeside(projectDir: string): string {
  const path = mkdtempSync(join(dirname(projectDir), '.trigger-'))
  removeAfterRun(path)
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
  return path
}
