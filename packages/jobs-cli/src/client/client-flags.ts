import { type Command, Option } from 'commander'

import { knownEngines } from '@cgk-platform/jobs/engines'
import { repeatable } from '../options/repeatable.ts'

/** The flags of every command that uses an engine, as commander returns them. */
export interface ClientFlags {
  readonly file?: string
  readonly postgres?: string
  readonly schema?: string
  readonly provider?: string
  readonly envFile?: string[]
  readonly jobs?: string[]
  readonly appId?: string
  readonly codec?: string
}

/** Adds the flags that choose the engine and the files with jobs. */
export function addClientFlags(command: Command): Command {
  return command
    .option('--file <path>', "file of the local engine, such as another process's `jobs.db`")
    .option('--postgres <url>', 'database of the PostgreSQL engine')
    .addOption(schemaOption())
    .addOption(
      new Option('--provider <name>', 'use this engine instead of the one that the environment chooses').choices(
        knownEngines.map(({ name }) => name),
      ),
    )
    .addOption(envFileOption())
    .addOption(jobsOption())
    .option('--app-id <id>', 'id of the Inngest app (default: `jobs`)')
    .option('--codec <file>', 'file that exports the `codec` of your clients, to read what they encode')
}

/** Creates the option for the schema of the tables in PostgreSQL. */
export function schemaOption(): Option {
  return new Option('--schema <name>', 'schema of the tables in PostgreSQL (default: `jobs`)')
}

/** Creates the option for files with variables. */
export function envFileOption(): Option {
  return repeatable('--env-file <file>', 'read variables from this file; the environment overrides them')
}

/** Creates the option for files with jobs. */
export function jobsOption(): Option {
  return repeatable(
    '--jobs <file>',
    'file that defines jobs (default: `src/jobs.ts`, `jobs.ts` and other usual places)',
  )
}
