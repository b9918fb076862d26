import type { Command } from 'commander'

import { repeatable } from '../options/repeatable.ts'
import { providePackage } from '../packages/provide-package.ts'
import { CodemodError } from './codemod-error.ts'

/** The command that brings the parser, which is too large for every install of this package. */
const withParser = 'npx --package=ts-morph@28 --package=@cgk-platform/jobs-cli cgk-jobs codemod trigger'

/** The flags as commander returns them. */
interface Flags {
  readonly cwd: string
  readonly tenantField?: readonly string[]
  readonly tenant?: string
  readonly dryRun?: boolean
  readonly force?: boolean
}

/** Adds the command `codemod`. */
export function registerCodemod(program: Command): void {
  const codemod = program.command('codemod').description('move code from another library to this one')
  codemod
    .command('trigger')
    .description("turn tasks of Trigger.dev's SDK into definitions, and their triggers into sends")
    .argument('[paths...]', 'files and folders whose tasks to convert', ['.'])
    .addOption(repeatable('--tenant-field <name>', 'field of payloads that holds the tenant, such as `organizationId`'))
    .option('--tenant <id>', 'tenant of all payloads without such a field')
    .option('--cwd <folder>', 'folder of the app, in which all triggers change', '.')
    .option('--dry-run', 'print the changes without writing them')
    .option('--force', 'write even if Git has uncommitted changes, or without Git')
    .action(async (paths: readonly string[], flags: Flags) => {
      try {
        const { runCodemod } = await loadCodemod()
        runCodemod({ ...flags, paths }, (text) => void process.stdout.write(`${text}\n`))
      } catch (error) {
        if (!(error instanceof CodemodError)) throw error
        process.stderr.write(`error: ${error.message} (${error.code})\n`)
        process.exitCode = error.code === 'nothing_found' || error.code === 'broken_file' ? 1 : 2
      }
    })
}

async function loadCodemod() {
  providePackage('ts-morph')
  try {
    return await import('./run-codemod.ts')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND' || !String(error).includes("'ts-morph'"))
      throw error
    throw new CodemodError({
      code: 'no_parser',
      message: `This command needs the package \`ts-morph\`. Run \`${withParser}\`, or install \`ts-morph\` next to \`@cgk-platform/jobs-cli\`.`,
      cause: error,
    })
  }
}
