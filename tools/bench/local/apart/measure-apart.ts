import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** What the program of this name in this folder measures in a process of its own, with a heap of its own. */
export async function measureApart<Measured>(name: string, ...args: readonly string[]): Promise<Measured> {
  const program = join(import.meta.dirname, `${name}.ts`)
  const flags = ['--expose-gc', '--conditions=@cgk-platform/source']
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program, ...args])
  return JSON.parse(stdout) as Measured
}
