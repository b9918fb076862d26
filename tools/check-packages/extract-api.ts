import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'

import type { EntryPoint } from './entry-points.ts'

const silent = { default: { logLevel: ExtractorLogLevel.None } }
/** Adds to an interface of the core, over which API Extractor stumbles in a package that exports all of it again. */
const takenIn = ['inngest', 'local', 'trigger'].map((engine) => `@cgk-platform/jobs-${engine}`)
const compilerOptions = {
  target: 'es2022',
  lib: ['es2023'],
  module: 'nodenext',
  moduleResolution: 'nodenext',
  strict: true,
  skipLibCheck: true,
  types: ['node'],
}

/** What API Extractor found in an entry point. */
export interface ExtractedApi {
  readonly failed: boolean
  /** True where the report differs from the committed one. */
  readonly changed: boolean
  /** The committed report, and the one that was made now. */
  readonly committed: string
  readonly made: string
}

/** Makes the report of one entry point in a folder, and in its package too where `write` says so. */
export function extractApi({ folder, name, types }: EntryPoint, temporary: string, write: boolean): ExtractedApi {
  const reportFolder = join(folder, 'api-report')
  mkdirSync(reportFolder, { recursive: true })
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, 'package.json'),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: types,
      compiler: { overrideTsconfig: { compilerOptions, files: [types] } },
      apiReport: {
        enabled: true,
        reportFileName: name,
        reportFolder,
        reportTempFolder: temporary,
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      bundledPackages: takenIn,
      newlineKind: 'lf',
      messages: { extractorMessageReporting: silent, tsdocMessageReporting: silent },
    },
  })
  const { apiReportChanged, errorCount } = Extractor.invoke(config, {
    localBuild: write,
    messageCallback: (message) => {
      // What it says of reports is said by the caller, with the difference.
      message.handled = message.logLevel !== ExtractorLogLevel.Error
    },
  })
  return {
    failed: errorCount > 0,
    changed: apiReportChanged,
    committed: join(reportFolder, `${name}.api.md`),
    made: join(temporary, `${name}.api.md`),
  }
}
