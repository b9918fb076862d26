import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

import { ambientJobs, type Definition, keepCronAsleep, systemClock, toErrorInfo, within } from '@cgk-platform/jobs-core'

import { importModule } from './import-module.ts'

/** What the files of an app define. */
export interface LoadedJobs {
  readonly definitions: readonly Definition[]
  /** The files that could not be imported, with the reason. */
  readonly failures: readonly { readonly file: string; readonly message: string }[]
}

/** A file that waits for something at its top level would be waited for without an end. */
const longestImportMs = 30_000

/** Imports files, so that what they define is known to this process. No cron job ticks here. */
export async function loadJobs(files: readonly string[], cwd: string): Promise<LoadedJobs> {
  keepCronAsleep()
  const failures: { file: string; message: string }[] = []
  for (const file of files) {
    // One after the other, as a program would: a later file may rest on what an earlier one has set up.
    const message = await importProblem(resolve(cwd, file), cwd)
    if (message !== undefined) failures.push({ file, message })
  }
  return { definitions: ambientJobs().all(), failures }
}

async function importProblem(path: string, cwd: string): Promise<string | undefined> {
  if (!existsSync(path)) return 'there is no such file'
  try {
    const imported = importModule(path, cwd).then(() => true)
    const isThere = await within(systemClock, longestImportMs, imported)
    return isThere ? undefined : `its import has not ended within ${longestImportMs / 1000} s`
  } catch (error) {
    return toErrorInfo(error).message
  }
}
