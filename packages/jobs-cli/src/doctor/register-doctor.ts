import { type Command, Option } from 'commander'

import { knownEngines } from '@cgk-platform/jobs/engines'
import { envFileOption, jobsOption, schemaOption } from '../client/client-flags.ts'
import { reserveStdout } from '../terminal/reserve-stdout.ts'
import { readVariables, type VariableOrigins } from './read-variables.ts'

interface Flags {
  readonly provider?: string
  readonly envFile?: string[]
  readonly jobs?: string[]
  readonly appId?: string
  readonly schema?: string
  readonly json?: boolean
}

/** Adds the command `doctor`. */
export function registerDoctor(program: Command): void {
  const doctor = program
    .command('doctor')
    .description('check the settings, versions, jobs and engine of an app')
    .addOption(
      new Option('--provider <name>', 'check this engine instead of the one that the environment chooses').choices(
        knownEngines.map(({ name }) => name),
      ),
    )
    .addOption(schemaOption())
    .addOption(envFileOption())
    .addOption(jobsOption())
    .option('--app-id <id>', 'id of the Inngest app (default: `jobs`)')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExit code: 0 without problems, 1 with problems, 2 for an invalid call.')
  doctor.action(async ({ provider, envFile = [], jobs, appId, schema, json = false }: Flags) => {
    const cwd = process.cwd()
    const origins = readEnvFiles(doctor, envFile, cwd)
    const options = {
      cwd,
      ownVersion: program.version() ?? '',
      provider,
      jobs,
      appId,
      schema,
      envFiles: envFile,
      origins,
    }
    const stdout = reserveStdout()
    // Loaded only for this command.
    const { runDoctor } = await import('./run-doctor.ts')
    const { renderText } = await import('./render-text.ts')
    const { toJson } = await import('../terminal/to-json.ts')
    const report = await runDoctor(options)
    const text = json ? `${toJson(report, 2)}\n` : renderText(report, process.stdout)
    // Exits explicitly, because connections of the app's modules could keep the process alive.
    stdout.release()
    stdout.write(text, () => process.exit(report.ok ? 0 : 1))
  })
}

function readEnvFiles(doctor: Command, files: readonly string[], cwd: string): VariableOrigins {
  try {
    return readVariables(files, cwd)
  } catch (error) {
    return doctor.error(`error: \`--env-file\` cannot be read: ${(error as Error).message}`)
  }
}
