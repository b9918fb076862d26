import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'

import type { Definition } from '@cgk-platform/jobs-core'
import { type JobRegistry, systemClock, toErrorInfo, awaitAtMost } from '@cgk-platform/jobs-core/provider'
import {
  type DuplicateDefinition,
  processJobs,
  disableCronAutoStart,
  registryOfSet,
} from '@cgk-platform/jobs-core/tools'

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

/**
 * Imports files and returns the jobs that they define, or those of the `createJobs` that they export. Cron jobs do not
 * tick in this process.
 */
export async function loadJobs(files: readonly string[], cwd: string): Promise<LoadedJobs> {
  disableCronAutoStart()
  const failures: ImportFailure[] = []
  const registries = new Map<JobRegistry, string>()
  for (const file of files) {
    // Sequential, because a later file may depend on what an earlier one sets up.
    const { failure, exported = [] } = await tryImport(file, cwd)
    if (failure) failures.push({ file, ...failure })
    for (const registry of exported) registries.set(registry, file)
  }
  await nextTurn() // Node reports unhandled rejections only after this turn
  const shared = processJobs()
  if (shared.all().length > 0 || registries.size === 0) registries.set(shared, '')
  const [[chosen], ...others] = [...registries].toReversed() as [[JobRegistry, string], ...[JobRegistry, string][]]
  for (const [, file] of others) failures.push({ file, ...otherJobs })
  const registry: Pick<JobRegistry, 'all'> & Partial<JobRegistry> = chosen // perhaps of an older version
  return { definitions: registry.all(), failures, duplicates: registry.duplicates?.() ?? [] }
}

/** Definitions of several registries can have the same ids, and belong to several engines. */
const otherJobs: Omit<ImportFailure, 'file'> = {
  message: 'its `createJobs` stands beside other jobs, which are used instead',
  remedy: 'Pass it alone: `--jobs <file>`.',
}

interface Imported {
  readonly failure?: Omit<ImportFailure, 'file'>
  /** The jobs of each `createJobs` that the file exports. */
  readonly exported?: readonly JobRegistry[]
}

async function tryImport(file: string, cwd: string): Promise<Imported> {
  const path = resolve(cwd, file)
  if (!existsSync(path)) {
    const remedy = 'Pass its path relative to the current folder.'
    return { failure: { message: 'the file does not exist', remedy } }
  }
  try {
    const imported = await awaitAtMost(systemClock, importTimeoutMs, importModule(path, cwd))
    if (imported) return { exported: Object.values(imported).flatMap((value) => registryOfSet(value) ?? []) }
    const message = `its import did not end within ${importTimeoutMs / 1000} s`
    return { failure: { message, remedy: sideEffectRemedy } }
  } catch (error) {
    const [message = ''] = toErrorInfo(error).message.split('\n')
    const remedy = isMissing(error) ? 'Install it, or correct the import.' : sideEffectRemedy
    return { failure: { message, remedy } }
  }
}

const sideEffectRemedy = '`doctor` imports the file: it should define jobs and start nothing.'

function isMissing(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown }
  return code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND'
}
