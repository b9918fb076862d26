import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** File names and extensions of a project's configuration. Trigger.dev's CLI loads it with c12, which accepts these. */
const names = ['trigger.config', '.config/trigger', '.config/trigger.config']
const extensions = 'js ts mjs cjs mts cts json jsonc json5 yaml yml toml'.split(' ')

/** Returns the reason why a folder is not a Trigger.dev project, or undefined if it is one. */
export function findProblem(folder: string): string | undefined {
  if (!existsSync(folder)) return `The folder ${folder} does not exist. Pass the folder of a Trigger.dev project.`
  const files = names.flatMap((name) => extensions.map((extension) => `${name}.${extension}`))
  if (files.some((file) => existsSync(join(folder, file)))) return undefined
  const found = readdirSync(folder).toSorted().join(', ') || 'nothing'
  return (
    `${folder} is not a Trigger.dev project. Looked for: ${names.join(', ')}, as .${extensions.join(', .')}. ` +
    `Found: ${found}. Pass the folder of a project, or create one: npx @cgk-platform/jobs-cli init --provider trigger.dev`
  )
}
