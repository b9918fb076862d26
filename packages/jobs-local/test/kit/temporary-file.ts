import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A path for a file of jobs, in a folder of its own. */
export interface TemporaryFile {
  readonly path: string
  readonly folder: string
  /** Removes the folder with all that is in it. */
  remove(): void
}

export function createTemporaryFile(): TemporaryFile {
  const folder = mkdtempSync(join(tmpdir(), 'jobs-'))
  return { path: join(folder, 'jobs.db'), folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
