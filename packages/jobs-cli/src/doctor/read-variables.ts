import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'

/** Of each variable that a file has set, the file. */
export type VariableOrigins = ReadonlyMap<string, string>

/**
 * Sets the variables of files as `node --env-file` does: a later file counts more than an earlier one, and the
 * environment more than both.
 *
 * @throws {Error} of Node for a file that cannot be read.
 */
export function readVariables(
  files: readonly string[],
  cwd: string,
  variables: NodeJS.ProcessEnv = process.env,
): VariableOrigins {
  const origins = new Map<string, string>()
  const given = new Set(Object.keys(variables))
  for (const file of files) {
    for (const [name, value] of Object.entries(parseEnv(readFileSync(resolve(cwd, file), 'utf8')))) {
      // Node itself reads a file that is named so on its command line, so a variable may be set by now.
      const isOfFile = origins.has(name) || variables[name] === value
      if (given.has(name) && !isOfFile) continue
      variables[name] = value
      origins.set(name, file)
    }
  }
  return origins
}
