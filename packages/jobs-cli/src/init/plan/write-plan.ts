import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { InitError } from '../init-error.ts'
import type { Plan } from './plan.ts'

/** Writes a plan. @throws {InitError} before writing anything, if a file has changed since the plan was made */
export function writePlan(root: string, { changes }: Plan): void {
  for (const { path, before } of changes) {
    const file = join(root, path)
    if ((existsSync(file) ? readFileSync(file, 'utf8') : undefined) === before) continue
    throw new InitError({
      code: 'changed_meanwhile',
      message: `\`${path}\` changed after \`init\` read it. Nothing was written. Run \`init\` again.`,
    })
  }
  for (const { path, contents, before } of changes) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), contents, { flag: before === undefined ? 'wx' : 'w' })
  }
}
