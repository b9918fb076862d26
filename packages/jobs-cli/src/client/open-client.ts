import type { JobClient, JobProvider } from '@cgk-platform/jobs-core'
import { toErrorInfo, createClient } from '@cgk-platform/jobs-core/provider'
import { disableCronAutoStart, escapeInvisible } from '@cgk-platform/jobs-core/tools'
import { knownEngines } from '@cgk-platform/jobs/engines'

import { findJobFiles } from '../doctor/find-job-files.ts'
import { loadJobs } from '../doctor/load-jobs.ts'
import { loadProvider } from '../doctor/load-provider.ts'
import { loadCodec } from './load-codec.ts'
import type { ClientFlags } from './client-flags.ts'
import { findEngine } from './find-engine.ts'

/** The settings of `openClient`. */
export interface OpenClientOptions {
  readonly cwd: string
  /** True to import the files with jobs from the usual places. Files of `--jobs` are always imported. */
  readonly needsJobs: boolean
  /** Called with each remark, such as a file that could not be imported. */
  readonly note: (line: string) => void
}

/** A client, and its provider. */
export interface OpenedClient {
  readonly client: JobClient
  readonly provider: JobProvider
}

/** Opens a client on the engine of the flags and the environment. This process runs no jobs and no cron jobs. */
export async function openClient(
  flags: ClientFlags,
  { cwd, needsJobs, note }: OpenClientOptions,
): Promise<OpenedClient> {
  disableCronAutoStart()
  const files = flags.jobs ?? (needsJobs || mayBeOwnEngine(flags) ? findJobFiles(cwd) : [])
  if (files.length > 0) process.on('uncaughtException', (error) => note(describeUncaught(error))) // of connections
  const { definitions, failures } = await loadJobs(files, cwd) // first, because a module may register an engine
  for (const { file, message, remedy } of failures) note(`warning: \`${file}\` was not imported: ${message}. ${remedy}`)
  const { engine, config, wouldRunJobs } = findEngine(flags, cwd)
  const provider = await loadProvider(engine, cwd, config)
  const jobs = wouldRunJobs ? [] : definitions
  const codec = flags.codec === undefined ? {} : { codec: await loadCodec(flags.codec, cwd) }
  const log = (message: unknown): void => note(String(message))
  const silent = (): void => undefined
  const logger = { debug: silent, info: silent, warn: log, error: log }
  return { client: createClient({ load: () => provider }, { jobs, logger, ...codec }), provider }
}

function describeUncaught(error: unknown): string {
  const { message } = toErrorInfo(error)
  return `warning: an uncaught error, probably of a file with jobs: ${escapeInvisible(message)}`
}

/** An engine that is not built in is registered by a file with jobs. */
function mayBeOwnEngine({ file, provider }: ClientFlags): boolean {
  const named = provider ?? process.env['JOB_PROVIDER']
  return file === undefined && Boolean(named) && knownEngines.every(({ name }) => name !== named)
}
