import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { findHostImports } from './find-host-imports.ts'
import { moduleEndings } from './module-endings.ts'

/** Where apps keep their jobs; those that `init` writes first. */
const places = [
  'src/background-jobs',
  'background-jobs',
  'src/jobs',
  'jobs',
  'src/jobs/index',
  'jobs/index',
  'app/jobs',
  'app/jobs/index',
  'src/app/jobs',
  'src/app/jobs/index',
]

/** The file that has an app's jobs, if it is where such files usually are, and those that `init`'s hosts import. */
export function findJobFiles(cwd: string): string[] {
  const candidates = places.flatMap((place) => moduleEndings.map((ending) => place + ending))
  const usual = candidates.filter((file) => existsSync(join(cwd, file)) && isOfJobs(join(cwd, file))).slice(0, 1)
  return [...new Set([...usual, ...findHostImports(cwd)])]
}

/** Whatever else is called so is left alone, since a file is run when it is imported. An `index` may only lead to others. */
function isOfJobs(path: string): boolean {
  return /index\.\w+$/.test(path) || readFileSync(path, 'utf8').includes('@cgk-platform/jobs')
}
