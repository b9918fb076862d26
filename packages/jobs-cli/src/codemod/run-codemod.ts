import { writeFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'

import { applyEdits } from './apply-edits.ts'
import { CodemodError } from './codemod-error.ts'
import { findSourceFiles } from './find-source-files.ts'
import { uncommittedFiles } from './git-state.ts'
import { openCodeBase } from './open-code-base.ts'
import { renderDiff } from './render-diff.ts'
import { renderReport } from './render-report.ts'
import { convertTasks } from './trigger/convert-tasks.ts'

/** The flags of `codemod`. */
export interface CodemodOptions {
  readonly cwd: string
  readonly paths: readonly string[]
  readonly tenantField?: readonly string[]
  readonly tenant?: string
  readonly dryRun?: boolean
  readonly force?: boolean
}

/** Files without any of these words are of no interest. */
const words = ['@trigger.dev/sdk', '.trigger', '.batchTrigger']

/**
 * Turns tasks of Trigger.dev's SDK into definitions of this library, in place, and prints what it did.
 *
 * @throws {CodemodError} if there is nothing to convert, or if the files must not be changed
 */
export function runCodemod(options: CodemodOptions, print: (text: string) => void): void {
  const { paths } = options
  const cwd = resolve(options.cwd)
  const chosen = findSourceFiles(cwd, paths)
  // Sends can be anywhere.
  const sources = [...new Set([...findSourceFiles(cwd, ['.']), ...chosen])]
  if (!options.dryRun && !options.force) checkGit(cwd)
  const codeBase = openCodeBase(cwd, sources, words)
  const conversion = convertTasks(
    codeBase,
    { fields: options.tenantField ?? [], tenant: options.tenant },
    new Set(chosen),
  )
  const { edits, converted, left } = conversion
  if (converted.length + left.length === 0)
    throw new CodemodError({
      code: 'nothing_found',
      message: `No task of \`@trigger.dev/sdk\` in ${sources.length} source file${sources.length === 1 ? '' : 's'} of ${paths.map((path) => `\`${path}\``).join(', ')}. Pass files or folders with tasks.`,
    })
  for (const [file, own] of edits) {
    if (options.dryRun) print(`${renderDiff(relative(cwd, file.fileName), file.text, own)}\n`)
    else writeFileSync(file.fileName, applyEdits(file.text, own))
  }
  print(renderReport(conversion, cwd, !options.dryRun))
  if (options.dryRun) print('\nNothing was written: this was a dry run.')
}

function checkGit(cwd: string): void {
  const uncommitted = uncommittedFiles(cwd)
  if (uncommitted === undefined)
    throw new CodemodError({
      code: 'no_git',
      message:
        'This folder is not in a Git repository, so you could not go back. Pass `--force` to change the files anyway, or `--dry-run` to see the changes.',
    })
  if (uncommitted.length === 0) return
  const [first] = uncommitted
  const others = uncommitted.length > 1 ? ` and ${uncommitted.length - 1} more` : ''
  throw new CodemodError({
    code: 'uncommitted_changes',
    message: `Git has uncommitted changes: \`${first}\`${others}. Commit them first, so that you can go back, or pass \`--force\`.`,
  })
}
