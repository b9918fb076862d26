// Compares the public face of every built package with its committed report. `--write` renews the reports.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'

const packages = join(import.meta.dirname, '../../packages')
const write = process.argv.includes('--write')
const temporary = mkdtempSync(join(tmpdir(), 'api-report-'))
const silent = { default: { logLevel: ExtractorLogLevel.None } }
/** Adds to an interface of the core, over which API Extractor stumbles in a package that exports all of it again. */
const takenIn = ['@cgk-platform/jobs-inngest', '@cgk-platform/jobs-trigger']
const compilerOptions = {
  target: 'es2022',
  lib: ['es2023'],
  module: 'nodenext',
  moduleResolution: 'nodenext',
  strict: true,
  skipLibCheck: true,
  types: ['node'],
}
let failed = false

for (const directory of readdirSync(packages)) {
  const folder = join(packages, directory)
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  for (const [subpath, entry] of Object.entries(exports)) {
    // What has no declarations is for the workspace alone.
    if (typeof entry === 'string' || entry.types === undefined) continue
    report(folder, subpath === '.' ? 'index' : subpath.slice(2).replaceAll('/', '-'), entry.types)
  }
}

rmSync(temporary, { recursive: true })
if (failed) process.exit(1)

interface Manifest {
  exports: Record<string, string | { types?: string }>
}

/** Makes the report of one entry point and compares it, or writes it. */
function report(folder: string, name: string, types: string): void {
  const reportFolder = join(folder, 'api-report')
  mkdirSync(reportFolder, { recursive: true })
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, 'package.json'),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: join(folder, types),
      compiler: { overrideTsconfig: { compilerOptions, files: [join(folder, types)] } },
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
      // What it says of reports is said below, with the difference.
      message.handled = message.logLevel !== ExtractorLogLevel.Error
    },
  })
  if (errorCount > 0) failed = true
  if (!apiReportChanged) return
  const committed = join(reportFolder, `${name}.api.md`)
  if (write) return console.log(`Wrote ${committed}`)
  failed = true
  console.error(`The public face differs from ${committed}. Where that is meant: \`./dev fix\`, and add a changeset.`)
  spawnSync('git', ['--no-pager', 'diff', '--no-index', committed, join(temporary, `${name}.api.md`)], {
    stdio: 'inherit',
  })
}
