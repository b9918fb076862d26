import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

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
const endings = ['.ts', '.mts', '.tsx', '.js', '.mjs']

/** The file that has an app's jobs, or imports all that do, if it is where such files usually are. */
export function findJobFiles(cwd: string): string[] {
  const candidates = places.flatMap((place) => endings.map((ending) => place + ending))
  return candidates.filter((file) => existsSync(join(cwd, file)) && isOfJobs(join(cwd, file))).slice(0, 1)
}

/** Whatever else is called so is left alone, since a file is run when it is imported. An `index` may only lead to others. */
function isOfJobs(path: string): boolean {
  return /index\.\w+$/.test(path) || readFileSync(path, 'utf8').includes('@cgk-platform/jobs')
}
