import type { Definition, Health, JobProvider } from '@cgk-platform/jobs-core'
import type { ProviderNotInstalledError } from '@cgk-platform/jobs-core/errors'
import {
  type EngineDescriptor,
  systemClock,
  toErrorInfo,
  awaitAtMost,
  createClient,
} from '@cgk-platform/jobs-core/provider'
import { findUnsupported, type EngineSetup } from '@cgk-platform/jobs-core/tools'

import type { CheckResult, EngineFacts, Finding } from './doctor-report.ts'
import { loadProvider } from './load-provider.ts'
import { missingFileFinding } from './missing-file-finding.ts'

/** Limits how long `doctor` waits for a server that accepts a connection but never responds. */
const timeoutMs = 20_000

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** Opens the app's provider without running jobs here. @throws {JobsError} as `createJobClient` does */
export function openProvider(
  engine: EngineDescriptor,
  cwd: string,
  { appId, schema }: { readonly appId: string | undefined; readonly schema: string | undefined },
): Promise<JobProvider> {
  const config = engine.setup?.doctorConfig?.({ variables: process.env, appId })
  return loadProvider(engine, cwd, { ...config, ...(schema !== undefined && { schema }) })
}

/** Checks whether the engine responds, accepts the key and has the jobs that were found. */
export async function checkEngine(
  { runsInProcess, setup }: EngineDescriptor,
  provider: JobProvider,
  definitions: readonly Definition[],
): Promise<CheckResult<EngineFacts | undefined>> {
  const missing = setup?.file && missingFileFinding(setup.file)
  if (missing) return { facts: undefined, findings: [missing] }
  // Another check reports refused definitions. On an in-process engine, cron jobs would tick.
  const jobs = runsInProcess ? [] : definitions.filter((one) => findUnsupported(provider, one).length === 0)
  const client = createClient({ load: () => provider }, { jobs, logger: silent })
  const startedAt = performance.now()
  const health = await awaitAtMost(systemClock, timeoutMs, client.healthCheck()).catch(toUnhealthy)
  const durationMs = Math.round(performance.now() - startedAt)
  const { ok, checks } = health ?? toUnhealthy(new Error(`no answer within ${timeoutMs / 1000} s`))
  const findings = [
    ...checks.map((check) => toFinding(check, runsInProcess, durationMs)),
    ...(ok ? registrationFindings(runsInProcess, definitions) : []),
    ...(ok && definitions.length > 0 ? skippedCheckFindings(setup, checks) : []),
    ...(runsInProcess ? [] : [workerFinding]),
  ]
  return { facts: { ok, durationMs, checks }, findings }
}

function toFinding(
  { name, ok, message }: Health['checks'][number],
  runsInProcess: boolean,
  durationMs: number,
): Finding {
  const found = { check: 'engine', status: ok ? 'ok' : 'problem' } as const
  if (name !== 'engine') return { ...found, message: `${name}: ${message}` }
  // An in-process engine reports on the process of `doctor`, not on the app's.
  const where = runsInProcess ? 'in the process of `doctor`, ' : ''
  return ok ? { ...found, message: `${message} (${where}${durationMs} ms)` } : { ...found, message }
}

/** Returns the finding for a provider that could not be created. */
export function providerErrorFinding(error: unknown): Finding {
  return { check: 'engine', status: 'problem', message: toErrorInfo(error).message }
}

/** Returns the finding for an engine of `--provider` whose package the app has not installed. */
export function previewFinding({ packageName }: ProviderNotInstalledError): Finding {
  const message = `not checked, because \`${packageName}\` is not installed; the jobs were checked without it`
  return { check: 'engine', status: 'unknown', message }
}

function toUnhealthy(error: unknown): Pick<Health, 'ok' | 'checks'> {
  return { ok: false, checks: [{ name: 'engine', ok: false, message: toErrorInfo(error).message }] }
}

/** A hosted engine knows what was registered, but not whether the process that registered it still runs. */
const workerFinding: Finding = {
  check: 'engine',
  status: 'unknown',
  message: 'not checked: whether the process that runs your jobs is up',
}

/** Returns findings about registration that the engine's own checks do not cover. */
function registrationFindings(runsInProcess: boolean, definitions: readonly Definition[]): Finding[] {
  if (definitions.length === 0) {
    const message = 'jobs: registration not checked, because no jobs were found'
    return [{ check: 'engine', status: 'warning', message }]
  }
  if (!runsInProcess) return []
  const message = 'jobs: registered in every process that imports them'
  return [{ check: 'engine', status: 'ok', message }]
}

function skippedCheckFindings(setup: EngineSetup | undefined, checks: Health['checks']): Finding[] {
  return Object.entries(setup?.optionalChecks ?? {})
    .filter(([name]) => checks.every((check) => check.name !== name))
    .map(([name, reason]) => ({ check: 'engine', status: 'warning', message: `${name}: ${reason}` }))
}
