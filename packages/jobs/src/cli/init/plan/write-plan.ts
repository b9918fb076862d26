import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import type { Plan } from './plan.ts'

/** Writes what a plan says. @throws where a file that was to be new has come to be meanwhile. */
export function writePlan(root: string, { changes }: Plan): void {
  for (const { path, contents, before } of changes) {
    const file = join(root, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, contents, { flag: before === undefined ? 'wx' : 'w' })
  }
}
