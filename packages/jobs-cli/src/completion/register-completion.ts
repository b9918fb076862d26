import { Argument, type Command } from 'commander'

import { completionScript, type Shell, shells } from './completion-script.ts'

/** Adds the command `completion`, and the hidden one that its scripts ask for candidates. */
export function registerCompletion(program: Command): void {
  program
    .command('completion')
    .description('print a script that completes commands, options, states and ids of definitions in your shell')
    .addArgument(new Argument('<shell>', 'your shell').choices(shells))
    .action((shell: Shell) => void process.stdout.write(completionScript(shell)))
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: readonly string[]) => {
      const { completeWords } = await import('./complete-words.ts')
      const { reserveStdout } = await import('../terminal/reserve-stdout.ts')
      const { write, release } = reserveStdout()
      const candidates = await completeWords(program, words, findDefinitionIds)
      release()
      write(candidates.map((candidate) => `${candidate}\n`).join(''), () => process.exit())
    })
}

/** Imports the files with jobs. Only words that stand for a definition need them. */
async function findDefinitionIds(): Promise<readonly string[]> {
  const { findJobFiles } = await import('../doctor/find-job-files.ts')
  const { loadJobs } = await import('../doctor/load-jobs.ts')
  const cwd = process.cwd()
  const { definitions } = await loadJobs(findJobFiles(cwd), cwd)
  return definitions.map(({ id }) => id)
}
