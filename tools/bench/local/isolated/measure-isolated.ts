import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/**
 * Runs a program in its own process, with its own heap. Returns the JSON that it prints.
 * @param module - a file of this folder, or an export of a package
 */
export async function measureIsolated<Measured>(module: string, ...args: readonly string[]): Promise<Measured> {
  const program = fileURLToPath(import.meta.resolve(module))
  const flags = ['--expose-gc', '--conditions=@cgk-platform/source']
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program, ...args])
  return JSON.parse(stdout) as Measured
}
