import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { removeAfterRun } from '../../../../vitest.cleanup.ts'

/** A path for a jobs' file in its own folder. */
export interface TemporaryFile {
  readonly path: string
  readonly folder: string
  /** Removes the folder and its contents. */
  remove(): void
}

/** A file system in memory, if the machine has one, for tests that do not depend on a real disk. */
const inMemory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** Creates the folder. @param on - the kind of disk. Default: a real one. */
export function createTemporaryFile(on: 'disk' | 'memory' = 'disk'): TemporaryFile {
  const folder = mkdtempSync(join(on === 'disk' ? tmpdir() : inMemory, 'jobs-'))
  removeAfterRun(folder)
  return { path: join(folder, 'jobs.db'), folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
