import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Runs a program of this folder in its own process, with its own heap. Returns the JSON that it prints. */
export async function measureIsolated<Measured>(name: string, ...args: readonly string[]): Promise<Measured> {
  const program = join(import.meta.dirname, `${name}.ts`)
  const flags = ['--expose-gc', '--conditions=@cgk-platform/source']
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program, ...args])
  return JSON.parse(stdout) as Measured
}
