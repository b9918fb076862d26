import { type Command, Option } from 'commander'

import { frameworks } from './app/app.ts'
import { engineNames } from './app/engine-of.ts'
import { InitError } from './init-error.ts'
import type { InitOptions } from './run-init.ts'

/** Adds the command `init`. */
export function registerInit(program: Command): void {
  const init = program.command('init').description('add a first job to an app, without overwriting anything')
  init
    .addOption(new Option('--provider <name>', 'engine that runs the jobs').choices(engineNames))
    .addOption(
      new Option('--framework <name>', 'framework of the app (default: from `package.json`)').choices(frameworks),
    )
    .option('--cwd <folder>', 'folder of the app', '.')
    .option('--yes', 'write without asking')
    .option('--dry-run', 'show the changes without writing them')
    .option('--install', 'also install the missing packages')
    .action(async (options: InitOptions) => {
      const { runInit } = await import('./run-init.ts')
      const { stdin, stdout } = process
      try {
        process.exitCode = await runInit(options, {
          print: (text) => void stdout.write(`${text}\n`),
          isInteractive: Boolean(stdin.isTTY && stdout.isTTY),
        })
      } catch (error) {
        if (!(error instanceof InitError)) throw error
        init.error(`error: ${error.message} (${error.code})`, { exitCode: 2, code: error.code })
      }
    })
}
