import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

import type { JobCodec } from '@cgk-platform/jobs-core'
import { InvalidOptionError } from '@cgk-platform/jobs-core/errors'

import { importModule } from '../doctor/import-module.ts'

/** Returns the codec that a file exports as `codec` or as its default. @throws {InvalidOptionError} if there is none */
export async function loadCodec(file: string, cwd: string): Promise<JobCodec> {
  const refuse = (problem: string): never => {
    const remedy = 'Pass a file that exports the `codec` of your client.'
    throw new InvalidOptionError({ option: '--codec', problem, remedy })
  }
  const path = resolve(cwd, file)
  if (!existsSync(path)) return refuse('names a file that does not exist')
  const { codec, default: main } = (await importModule(path, cwd)) as { codec?: JobCodec; default?: JobCodec }
  return codec ?? main ?? refuse('names a file without an export `codec`')
}
