import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { findHostImports } from './find-host-imports.ts'
import { moduleExtensions } from './module-extensions.ts'

/** Usual places for jobs, in order of preference. `init` writes the first ones. */
const usualPlaces = [
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

/** Finds the app's file with jobs in the usual places, and the files that hosts written by `init` import. */
export function findJobFiles(cwd: string): string[] {
  const candidates = usualPlaces.flatMap((place) => moduleExtensions.map((extension) => place + extension))
  const usual = candidates.filter((file) => existsSync(join(cwd, file)) && usesLibrary(join(cwd, file))).slice(0, 1)
  return [...new Set([...usual, ...findHostImports(cwd)])]
}

/** Skips unrelated files with the same name, because importing a file runs it. An `index` may only re-export others. */
function usesLibrary(path: string): boolean {
  return /index\.\w+$/.test(path) || readFileSync(path, 'utf8').includes('@cgk-platform/jobs')
}
