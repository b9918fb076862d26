import type { Definition, JobProvider } from '@cgk-platform/jobs-core'

import { checkEngine, openProvider, unopenedFinding } from './check-engine.ts'
import { checkJobs } from './check-jobs.ts'
import { checkProvider } from './check-provider.ts'
import { checkVariables } from './check-variables.ts'
import { checkVersions } from './check-versions.ts'
import type { CheckResult, DoctorReport, EngineFacts, ProviderFacts } from './doctor-report.ts'
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
  const provider = checkProvider(options.provider)
  const variables = checkVariables({ cwd, files: envFiles, origins })
  const versions = checkVersions({ cwd, ownVersion, provider: provider.facts?.name })
  const files = options.jobs ?? findJobFiles(cwd)
  const strayFindings = catchStrayErrors()
  const loaded = await loadJobs(files, cwd)
  const opened = await open(provider.facts, options)
  const jobs = checkJobs(loaded, { files, areNamed: options.jobs !== undefined }, opened.facts)
  const engine = await askEngine(opened, loaded.definitions)
  const findings = [
    ...[provider, variables, versions, jobs].flatMap((result) => result.findings),
    ...strayFindings(),
    ...engine.findings,
  ]
  return hideSecrets({
    formatVersion: 1,
    ok: findings.every(({ status }) => status !== 'problem'),
    provider: provider.facts ?? null,
    variables: variables.facts,
    packages: versions.facts,
    jobs: jobs.facts,
    engine: engine.facts ?? null,
    findings,
  })
}

type Opened = CheckResult<JobProvider | undefined>

async function open(chosen: ProviderFacts | undefined, { cwd, appId }: DoctorOptions): Promise<Opened> {
  if (!chosen) {
    const message = 'not asked, since none is chosen'
    const remedy = '`--provider` tries one all the same.'
    return { facts: undefined, findings: [{ check: 'engine', status: 'warning', message, remedy }] }
  }
  try {
    return { facts: await openProvider(chosen.name, cwd, appId), findings: [] }
  } catch (error) {
    return { facts: undefined, findings: [unopenedFinding(error)] }
  }
}

async function askEngine(
  { facts: provider, findings }: Opened,
  definitions: readonly Definition[],
): Promise<CheckResult<EngineFacts | undefined>> {
  return provider ? checkEngine(provider, definitions) : { facts: undefined, findings }
}
