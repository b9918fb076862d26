import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Where apps keep their jobs, the most usual place first. */
const places = ['src/jobs', 'jobs', 'src/jobs/index', 'jobs/index', 'app/jobs', 'app/jobs/index', 'src/app/jobs']
const endings = ['.ts', '.mts', '.tsx', '.js', '.mjs']

/** The file that has an app's jobs, or imports all that do, if it is where such files usually are. */
export function findJobFiles(cwd: string): string[] {
  const candidates = places.flatMap((place) => endings.map((ending) => place + ending))
  return candidates.filter((file) => existsSync(join(cwd, file))).slice(0, 1)
}
