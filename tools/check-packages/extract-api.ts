import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'

import type { EntryPoint } from './entry-points.ts'

const silent = { default: { logLevel: ExtractorLogLevel.None } }
/** Packages that augment an interface of core. API Extractor fails on that in a package that re-exports core. */
const bundledPackages = ['inngest', 'local', 'trigger'].map((engine) => `@cgk-platform/jobs-${engine}`)
const compilerOptions = {
  target: 'es2022',
  lib: ['es2023'],
  module: 'nodenext',
  moduleResolution: 'nodenext',
  strict: true,
  skipLibCheck: true,
  types: ['node'],
}

/** The result of API Extractor for an entry point. */
export interface ExtractedApi {
  readonly failed: boolean
  /** Whether the report differs from the committed one. */
  readonly changed: boolean
  /** The path of the committed report. */
  readonly committed: string
  /** The path of the new report. */
  readonly made: string
}

/** Writes the report of an entry point to a temporary folder, and with `write` also to its package. */
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
      bundledPackages,
      newlineKind: 'lf',
      messages: { extractorMessageReporting: silent, tsdocMessageReporting: silent },
    },
  })
  const { apiReportChanged, errorCount } = Extractor.invoke(config, {
    localBuild: write,
    messageCallback: (message) => {
      // The caller reports changes, with the difference.
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
