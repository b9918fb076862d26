import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Where Trigger.dev's CLI looks for a project's configuration, and how that may end: what c12, which loads it, takes. */
const names = ['trigger.config', '.config/trigger', '.config/trigger.config']
const endings = 'js ts mjs cjs mts cts json jsonc json5 yaml yml toml'.split(' ')

/** Why a folder is no Trigger.dev project; nothing where it is one. */
export function whyNoProject(folder: string): string | undefined {
  if (!existsSync(folder)) return `There is no folder ${folder}: name that of a Trigger.dev project.`
  const files = names.flatMap((name) => endings.map((ending) => `${name}.${ending}`))
  if (files.some((file) => existsSync(join(folder, file)))) return undefined
  const found = readdirSync(folder).toSorted().join(', ') || 'nothing'
  return (
    `${folder} is no Trigger.dev project. Looked for: ${names.join(', ')}, as .${endings.join(', .')}. ` +
    `Found: ${found}. Name the folder of a project, or make it one: npx @cgk-platform/jobs-cli init --provider trigger.dev`
  )
}
