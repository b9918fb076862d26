import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'

import type { Definition } from '@cgk-platform/jobs-core'
import { type JobRegistry, systemClock, toErrorInfo, awaitAtMost } from '@cgk-platform/jobs-core/provider'
import { type DuplicateDefinition, processJobs, disableCronAutoStart } from '@cgk-platform/jobs-core/tools'

import { importModule } from './import-module.ts'

/** A file that could not be imported. */
export interface ImportFailure {
  readonly file: string
  /** The reason, in one line. */
  readonly message: string
  /** The remedy, as a sentence. */
  readonly remedy: string
}

/** The definitions in an app's files, and the files that failed to import. */
export interface LoadedJobs {
  readonly definitions: readonly Definition[]
  readonly failures: readonly ImportFailure[]
  /** Ids of several definitions, of which only one is in `definitions`. */
  readonly duplicates: readonly DuplicateDefinition[]
}

/** Limits how long an import may take, because a file can await something forever at its top level. */
const importTimeoutMs = 30_000

/** Imports files and returns the jobs that they define. Cron jobs do not tick in this process. */
export async function loadJobs(files: readonly string[], cwd: string): Promise<LoadedJobs> {
  disableCronAutoStart()
  const failures: ImportFailure[] = []
  for (const file of files) {
    // Sequential, because a later file may depend on what an earlier one sets up.
    const failure = await tryImport(file, cwd)
    if (failure) failures.push({ file, ...failure })
  }
  await nextTurn() // Node reports unhandled rejections only after this turn
  const registry: Pick<JobRegistry, 'all'> & Partial<JobRegistry> = processJobs() // perhaps of an older version
  return { definitions: registry.all(), failures, duplicates: registry.duplicates?.() ?? [] }
}

async function tryImport(file: string, cwd: string): Promise<Omit<ImportFailure, 'file'> | undefined> {
  const path = resolve(cwd, file)
  if (!existsSync(path)) {
    return { message: 'the file does not exist', remedy: 'Pass its path relative to the current folder.' }
  }
  try {
    const imported = importModule(path, cwd).then(() => true)
    if (await awaitAtMost(systemClock, importTimeoutMs, imported)) return undefined
    return { message: `its import did not end within ${importTimeoutMs / 1000} s`, remedy: sideEffectRemedy }
  } catch (error) {
    const [message = ''] = toErrorInfo(error).message.split('\n')
    return { message, remedy: isMissing(error) ? 'Install it, or correct the import.' : sideEffectRemedy }
  }
}

const sideEffectRemedy = '`doctor` imports the file: it should define jobs and start nothing.'

function isMissing(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown }
  return code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND'
}
