import { existsSync } from 'node:fs'
import { relative, resolve } from 'node:path'

import { type EngineDescriptor, invalidOption } from '@cgk-platform/jobs-core/provider'
import { chooseEngine, requireEngine } from '@cgk-platform/jobs-core/tools'

import { allEngines } from './all-engines.ts'
import type { ClientFlags } from './client-flags.ts'

/** An engine, with settings under which it runs no jobs in this process. */
export interface FoundEngine {
  readonly engine: EngineDescriptor
  readonly config: object
  /** True if it would run the definitions that it is given. */
  readonly wouldRunJobs: boolean
}

/**
 * Finds the engine that the flags or the environment choose.
 *
 * @throws {ProviderNotChosenError} as `createJobClient` does
 * @throws {InvalidOptionError} if its jobs are in the memory of another process, or its file does not exist
 */
export function findEngine(flags: ClientFlags, cwd: string, variables = process.env): FoundEngine {
  const known = allEngines()
  const { file, postgres, schema, provider, appId } = flags
  if (file !== undefined && postgres !== undefined) {
    throw invalidOption('--postgres', 'is set, and so is `--file`', 'Omit one of both.')
  }
  const named = (option: string, engine: EngineDescriptor): EngineDescriptor => {
    if (provider === undefined || provider === engine.name) return engine
    throw invalidOption(option, `belongs to \`${engine.name}\`, not to \`${provider}\``, 'Omit one of both.')
  }
  if (schema !== undefined && (file !== undefined || (provider ?? 'postgres') !== 'postgres')) {
    throw invalidOption('--schema', 'is a schema of PostgreSQL, and another engine is chosen', 'Omit it.')
  }
  if (file !== undefined) {
    const engine = named(
      '--file',
      known.find(({ setup }) => setup?.file)!,
    )
    return { engine, config: { path: existing(file, '--file', cwd), role: 'send' }, wouldRunJobs: false }
  }
  if (postgres !== undefined) {
    const engine = named('--postgres', requireEngine(known, 'postgres', '`--postgres`'))
    return { engine, config: { connectionString: postgres, schema, role: 'send' }, wouldRunJobs: false }
  }
  const engine =
    provider === undefined ? chooseEngine(known, variables).engine : requireEngine(known, provider, '`--provider`')
  const { setup, name, runsInProcess } = engine
  if (setup?.file) {
    const path = variables[setup.file.variable]
    if (!path) {
      throw invalidOption(
        '--file',
        `is missing: without a file, \`${name}\` has its jobs in the memory of another process`,
        `Start your app with \`${setup.file.variable}=jobs.db\` and pass \`--file jobs.db\`, or pass the variables that choose an engine (\`--env-file .env\`).`,
      )
    }
    existing(path, setup.file.variable, cwd)
  }
  const config = setup?.doctorConfig?.({ variables, appId })
  return {
    engine,
    config: { ...config, ...(schema !== undefined && { schema }) },
    wouldRunJobs: runsInProcess && !config,
  }
}

/** Opening a file that does not exist would create it. */
function existing(file: string, option: string, cwd: string): string {
  const path = resolve(cwd, file)
  if (existsSync(path)) return path
  throw invalidOption(option, `names the file \`${relative(cwd, path)}\`, which does not exist`, 'Correct the path.')
}
