import type { Definition, JobProvider } from '@cgk-platform/jobs-core'
import { type EngineDescriptor, engines as registeredEngines } from '@cgk-platform/jobs-core/provider'

import { knownEngines } from '@cgk-platform/jobs/engines'
import { checkEngine, openProvider, unopenedFinding } from './check-engine.ts'
import { checkJobs } from './check-jobs.ts'
import { checkProvider } from './check-provider.ts'
import { checkVariables } from './check-variables.ts'
import { checkVersions } from './check-versions.ts'
import type { CheckResult, DoctorReport, EngineFacts } from './doctor-report.ts'
import { findJobFiles } from './find-job-files.ts'
import { hideSecrets } from './hide-secrets.ts'
import { loadJobs } from './load-jobs.ts'
import type { VariableOrigins } from './read-variables.ts'
import { catchStrayErrors } from './stray-errors.ts'

/** What `doctor` is called with. */
export interface DoctorOptions {
  readonly cwd: string
  /** Of the package that the command comes with. */
  readonly ownVersion: string
  /** In place of what the environment chooses. */
  readonly provider: string | undefined
  /** The files with jobs; left out, the usual places are looked at. */
  readonly jobs: readonly string[] | undefined
  /** The id of the Inngest app. */
  readonly appId: string | undefined
  /** The files that variables were read from, and which came from where. */
  readonly envFiles: readonly string[]
  readonly origins: VariableOrigins
}

/** Looks at everything, one thing after the other; what goes wrong is a finding. No secret is in what it answers. */
export async function runDoctor(options: DoctorOptions): Promise<DoctorReport> {
  const { cwd, ownVersion, envFiles, origins } = options
  const environment = { ...process.env } // before an app's modules add to it
  const files = options.jobs ?? findJobFiles(cwd)
  const strayFindings = catchStrayErrors()
  const loaded = await loadJobs(files, cwd) // first, because an app's modules may register an engine
  const engines = enginesOfApp()
  const provider = checkProvider(engines, options.provider, environment)
  const { engine } = provider.facts ?? {}
  const variables = checkVariables({ engines, cwd, files: envFiles, origins, variables: environment })
  const versions = checkVersions({ engines, cwd, ownVersion, provider: engine?.name })
  const opened = await open(engine, options)
  const jobs = checkJobs(loaded, { files, areNamed: options.jobs !== undefined }, opened.facts)
  const answer = await ask(engine, opened, loaded.definitions)
  const findings = [
    ...[provider, variables, versions, jobs].flatMap((result) => result.findings),
    ...strayFindings(),
    ...answer.findings,
  ]
  const report: DoctorReport = {
    formatVersion: 1,
    ok: findings.every(({ status }) => status !== 'problem'),
    provider: provider.facts ? { name: provider.facts.engine.name, reason: provider.facts.reason } : null,
    variables: variables.facts,
    packages: versions.facts,
    jobs: jobs.facts,
    engine: answer.facts ?? null,
    findings,
  }
  return hideSecrets(report, engines)
}

/** The engines that the command knows, and those that the app's modules have registered. */
function enginesOfApp(): readonly EngineDescriptor[] {
  const known = new Set(knownEngines.map(({ name }) => name))
  return [...knownEngines, ...registeredEngines().filter(({ name }) => !known.has(name))]
}

type Opened = CheckResult<JobProvider | undefined>

async function open(engine: EngineDescriptor | undefined, { cwd, appId }: DoctorOptions): Promise<Opened> {
  if (!engine) {
    const message = 'not asked, since none is chosen'
    const remedy = '`--provider` tries one all the same.'
    return { facts: undefined, findings: [{ check: 'engine', status: 'warning', message, remedy }] }
  }
  try {
    return { facts: await openProvider(engine, cwd, appId), findings: [] }
  } catch (error) {
    return { facts: undefined, findings: [unopenedFinding(error)] }
  }
}

async function ask(
  engine: EngineDescriptor | undefined,
  { facts: provider, findings }: Opened,
  definitions: readonly Definition[],
): Promise<CheckResult<EngineFacts | undefined>> {
  return engine && provider ? checkEngine(engine, provider, definitions) : { facts: undefined, findings }
}
