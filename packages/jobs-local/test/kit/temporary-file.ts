import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { removeAfterRun } from '../../../../vitest.cleanup.ts'

/** A path for a file of jobs, in a folder of its own. */
export interface TemporaryFile {
  readonly path: string
  readonly folder: string
  /** Removes the folder with all that is in it. */
  remove(): void
}

/** A place where waiting for the disk costs nothing, if the machine has one: for what is about the logic alone. */
const inMemory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** @param on - which disk it lies on. Default: a real one. */
export function createTemporaryFile(on: 'disk' | 'memory' = 'disk'): TemporaryFile {
  const folder = mkdtempSync(join(on === 'disk' ? tmpdir() : inMemory, 'jobs-'))
  removeAfterRun(folder)
  return { path: join(folder, 'jobs.db'), folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
