import { type Command, Option } from 'commander'

import { frameworks } from './app/app.ts'
import { engineNames } from './app/engine-of.ts'
import { InitError } from './init-error.ts'
import type { InitOptions } from './run-init.ts'

/** Adds `init`: the files that an app needs for a first job. */
export function registerInit(program: Command): void {
  const init = program.command('init').description('add a first job to an app; nothing that is there is overwritten')
  init
    .addOption(new Option('--provider <name>', 'the engine that runs the jobs').choices(engineNames))
    .addOption(new Option('--framework <name>', 'in place of what `package.json` tells').choices(frameworks))
    .option('--cwd <folder>', 'the folder of the app', '.')
    .option('--yes', 'write without asking')
    .option('--dry-run', 'show what would be written, and write nothing')
    .option('--install', 'install the packages, too')
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
