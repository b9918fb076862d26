import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Returns the folder of a program that has this package as a dependency: a bundle of this test run. */
export function programFolder(): string {
  return join(tmpdir(), 'program')
}
