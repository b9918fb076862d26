import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'

/** The file that set each variable. */
export type VariableOrigins = ReadonlyMap<string, string>

/**
 * Sets the variables of files as `node --env-file` does: a later file overrides an earlier one, and the environment
 * overrides both.
 *
 * @throws {Error} of Node if a file cannot be read
 */
export function readVariables(
  files: readonly string[],
  cwd: string,
  variables: NodeJS.ProcessEnv = process.env,
): VariableOrigins {
  const origins = new Map<string, string>()
  const preset = new Set(Object.keys(variables))
  for (const file of files) {
    for (const [name, value] of Object.entries(parseEnv(readFileSync(resolve(cwd, file), 'utf8')))) {
      // Node also reads `--env-file` from its command line, so the file's value may already be set.
      const isFromFile = origins.has(name) || variables[name] === value
      if (preset.has(name) && !isFromFile) continue
      variables[name] = value
      origins.set(name, file)
    }
  }
  return origins
}
