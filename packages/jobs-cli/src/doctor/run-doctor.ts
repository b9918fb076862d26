import type { Definition, JobProvider } from '@cgk-platform/jobs-core'
import { ProviderNotInstalledError } from '@cgk-platform/jobs-core/errors'
import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'

import { allEngines } from '../client/all-engines.ts'
import { checkEngine, openProvider, previewFinding, providerErrorFinding } from './check-engine.ts'
import { checkJobs } from './check-jobs.ts'
import { checkProvider } from './check-provider.ts'
import { checkVariables } from './check-variables.ts'
import { checkVersions } from './check-versions.ts'
import type { CheckResult, DoctorReport, EngineFacts } from './doctor-report.ts'
import { findJobFiles } from './find-job-files.ts'
import { hideSecrets } from './hide-secrets.ts'
import { knownSupport } from './known-support.ts'
import { loadJobs } from './load-jobs.ts'
import type { VariableOrigins } from './read-variables.ts'
import { collectUncaughtErrors } from './collect-uncaught-errors.ts'

/** The options of `doctor`. */
export interface DoctorOptions {
  readonly cwd: string
  /** The version of this command's package. */
  readonly ownVersion: string
  /** The engine to check instead of the one that the environment chooses. */
  readonly provider: string | undefined
  /** The files with jobs. If omitted, `doctor` searches the usual places. */
  readonly jobs: readonly string[] | undefined
  /** The id of the Inngest app. */
  readonly appId: string | undefined
  /** The schema of the tables in PostgreSQL. */
  readonly schema: string | undefined
  /** The files that variables were read from. */
  readonly envFiles: readonly string[]
  /** The file that set each variable. */
  readonly origins: VariableOrigins
}

/** Runs all checks. Failures become findings, and the report contains no secrets. */
export async function runDoctor(options: DoctorOptions): Promise<DoctorReport> {
  const { cwd, ownVersion, envFiles, origins } = options
  const environment = { ...process.env } // before the app's modules change it
  const files = options.jobs ?? findJobFiles(cwd)
  const uncaughtErrorFindings = collectUncaughtErrors()
  const loaded = await loadJobs(files, cwd) // first, because an app's modules may register an engine
  const engines = allEngines()
  const provider = checkProvider(engines, options.provider, environment)
  const { engine } = provider.facts ?? {}
  const variables = checkVariables({ engines, cwd, files: envFiles, origins, variables: environment })
  const versions = checkVersions({ engines, cwd, ownVersion, provider: engine?.name })
  const opened = await openEngine(engine, options)
  const support = opened.facts ?? knownSupport(engine?.name)
  const jobs = checkJobs(loaded, { files, arePassed: options.jobs !== undefined }, support)
  const engineResult = await checkOpenedEngine(engine, opened, loaded.definitions)
  const findings = [
    ...[provider, variables, versions, jobs].flatMap((result) => result.findings),
    ...uncaughtErrorFindings(),
    ...engineResult.findings,
  ]
  const report: DoctorReport = {
    formatVersion: 1,
    ok: findings.every(({ status }) => status !== 'problem'),
    provider: provider.facts ? { name: provider.facts.engine.name, reason: provider.facts.reason } : null,
    variables: variables.facts,
    packages: versions.facts,
    jobs: jobs.facts,
    engine: engineResult.facts ?? null,
    findings,
  }
  return hideSecrets(report, engines)
}

type OpenResult = CheckResult<JobProvider | undefined>

async function openEngine(
  engine: EngineDescriptor | undefined,
  { cwd, appId, schema, provider }: DoctorOptions,
): Promise<OpenResult> {
  if (!engine) {
    const message = 'not checked, because no engine is chosen'
    const remedy = 'Pass `--provider` to check one anyway.'
    return { facts: undefined, findings: [{ check: 'engine', status: 'warning', message, remedy }] }
  }
  try {
    return { facts: await openProvider(engine, cwd, { appId, schema }), findings: [] }
  } catch (error) {
    // A user can ask which jobs another engine would refuse before installing it.
    const isPreview = provider !== undefined && ProviderNotInstalledError.isInstance(error)
    return { facts: undefined, findings: [isPreview ? previewFinding(error) : providerErrorFinding(error)] }
  }
}

async function checkOpenedEngine(
  engine: EngineDescriptor | undefined,
  { facts: provider, findings }: OpenResult,
  definitions: readonly Definition[],
): Promise<CheckResult<EngineFacts | undefined>> {
  return engine && provider ? checkEngine(engine, provider, definitions) : { facts: undefined, findings }
}
