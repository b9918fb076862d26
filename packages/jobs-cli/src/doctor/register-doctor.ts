import { type Command, Option } from 'commander'

import { knownEngines } from '@cgk-platform/jobs/engines'
import { renderText } from './render-text.ts'
import { readVariables, type VariableOrigins } from './read-variables.ts'

interface Flags {
  readonly provider?: string
  readonly envFile?: string[]
  readonly jobs?: string[]
  readonly appId?: string
  readonly json?: boolean
}

/** Adds `doctor`: what would run here, on which engine, and whether it can. */
export function registerDoctor(program: Command): void {
  const doctor = program
    .command('doctor')
    .description('check the settings, the versions, the engine and the jobs of an app')
    .addOption(
      new Option('--provider <name>', 'in place of the one that the environment chooses').choices(
        knownEngines.map(({ name }) => name),
      ),
    )
    .option('--env-file <file...>', 'read variables from these files; the environment goes before them')
    .option('--jobs <file...>', 'the files that define jobs (default: `src/jobs.ts`, `jobs.ts` and other usual places)')
    .option('--app-id <id>', 'the id of the Inngest app, where it is not `jobs`')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExit code: 0 without problems, 1 with one, 2 for a wrong call.')
  doctor.action(async ({ provider, envFile = [], jobs, appId, json = false }: Flags) => {
    const cwd = process.cwd()
    const origins = readOrRefuse(doctor, envFile, cwd)
    const options = { cwd, ownVersion: program.version() ?? '', provider, jobs, appId, envFiles: envFile, origins }
    const print = keepStdout()
    // Loaded for this command alone.
    const { runDoctor } = await import('./run-doctor.ts')
    const report = await runDoctor(options)
    const text = json ? `${JSON.stringify(report, undefined, 2)}\n` : renderText(report, process.stdout)
    // What an app's modules have opened would keep the process alive.
    print(text, () => process.exit(report.ok ? 0 : 1))
  })
}

function readOrRefuse(doctor: Command, files: readonly string[], cwd: string): VariableOrigins {
  try {
    return readVariables(files, cwd)
  } catch (error) {
    return doctor.error(`error: \`--env-file\` cannot be read: ${(error as Error).message}`)
  }
}

/**
 * Keeps stdout for the report, and answers the way to it: what an app's modules print goes to stderr, and Node warns of
 * nothing there. Where the process ends before, that is said.
 */
function keepStdout(): (text: string, done: () => void) => void {
  const { stdout, stderr } = process
  const sayWhy = (): void => {
    stderr.write('error: a file with jobs has ended the process. Name others: `--jobs src/jobs.ts`.\n')
    process.exitCode = 1
  }
  process.once('exit', sayWhy)
  const write = stdout.write.bind(stdout)
  stdout.write = stderr.write.bind(stderr)
  process.removeAllListeners('warning')
  return (text, done) => {
    process.off('exit', sayWhy)
    write(text, done)
  }
}
