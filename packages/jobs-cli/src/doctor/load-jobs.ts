import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'

import type { Definition } from '@cgk-platform/jobs-core'
import {
  ambientJobs,
  disableCronAutoStart,
  systemClock,
  toErrorInfo,
  awaitAtMost,
} from '@cgk-platform/jobs-core/provider'

import { importModule } from './import-module.ts'

/** A file that could not be imported. */
export interface ImportFailure {
  readonly file: string
  /** Why not, in one line. */
  readonly message: string
  /** What to do about it, as a sentence. */
  readonly remedy: string
}

/** What the files of an app define. */
export interface LoadedJobs {
  readonly definitions: readonly Definition[]
  readonly failures: readonly ImportFailure[]
}

/** A file that waits for something at its top level would be waited for without an end. */
const longestImportMs = 30_000

/** Imports files, so that what they define is known to this process. No cron job ticks here. */
export async function loadJobs(files: readonly string[], cwd: string): Promise<LoadedJobs> {
  disableCronAutoStart()
  const failures: ImportFailure[] = []
  for (const file of files) {
    // One after the other, as a program would: a later file may rest on what an earlier one has set up.
    const failure = await tryImport(file, cwd)
    if (failure) failures.push({ file, ...failure })
  }
  await turn() // a rejection that nobody handles is told only then
  return { definitions: ambientJobs().all(), failures }
}

async function tryImport(file: string, cwd: string): Promise<Omit<ImportFailure, 'file'> | undefined> {
  const path = resolve(cwd, file)
  if (!existsSync(path)) {
    return { message: 'there is no such file', remedy: 'Give its path from the folder that you are in.' }
  }
  try {
    const imported = importModule(path, cwd).then(() => true)
    if (await awaitAtMost(systemClock, longestImportMs, imported)) return undefined
    return { message: `its import has not ended within ${longestImportMs / 1000} s`, remedy: startNothing }
  } catch (error) {
    const [message = ''] = toErrorInfo(error).message.split('\n')
    return { message, remedy: isMissing(error) ? 'Install it, or mend the import.' : startNothing }
  }
}

const startNothing = 'The file is imported here as it is: it should define jobs and start nothing.'

function isMissing(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown }
  return code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND'
}
