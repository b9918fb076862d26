import type { Definition, Health, JobProvider } from '@cgk-platform/jobs-core'
import {
  createClient,
  findUnsupported,
  type EngineDescriptor,
  type EngineSetup,
  systemClock,
  toErrorInfo,
  awaitAtMost,
} from '@cgk-platform/jobs-core/provider'

import type { CheckResult, EngineFacts, Finding } from './doctor-report.ts'
import { loadProvider } from './load-provider.ts'
import { missingFileFinding } from './missing-file-finding.ts'

/** A server that takes a connection and says nothing is waited for no longer. */
const longestMs = 20_000

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** The provider as an app would have it, but that it runs no job here. @throws {JobsError} as `createJobClient` does */
export function openProvider(engine: EngineDescriptor, cwd: string, appId: string | undefined): Promise<JobProvider> {
  return loadProvider(engine, cwd, engine.setup?.doctorConfig?.({ variables: process.env, appId }) ?? {})
}

/** Whether the engine answers, takes the key, and has the jobs that were found. */
export async function checkEngine(
  { runsInProcess, setup }: EngineDescriptor,
  provider: JobProvider,
  definitions: readonly Definition[],
): Promise<CheckResult<EngineFacts | undefined>> {
  const missing = setup?.file && missingFileFinding(setup.file)
  if (missing) return { facts: undefined, findings: [missing] }
  // What the engine refuses would keep the client from opening; an engine that runs here would let cron jobs tick.
  const jobs = runsInProcess ? [] : definitions.filter((one) => findUnsupported(provider, one).length === 0)
  const client = createClient({ load: () => provider }, { jobs, logger: silent })
  const beganAt = performance.now()
  const health = await awaitAtMost(systemClock, longestMs, client.healthCheck()).catch(toUnhealthy)
  const durationMs = Math.round(performance.now() - beganAt)
  const { ok, checks } = health ?? toUnhealthy(new Error(`no answer within ${longestMs / 1000} s`))
  const findings = [
    ...checks.map((check) => toFinding(check, runsInProcess, durationMs)),
    ...(ok ? registrationFindings(runsInProcess, definitions) : []),
    ...(ok && definitions.length > 0 ? unaskedFindings(setup, checks) : []),
    ...(runsInProcess ? [] : [hostFinding]),
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
  // Such an engine tells of the process that it is asked in.
  const where = runsInProcess ? 'this process is `doctor`; ' : ''
  return ok ? { ...found, message: `${message} (${where}within ${durationMs} ms)` } : { ...found, message }
}

/** What to say where the provider could not even be made. */
export function unopenedFinding(error: unknown): Finding {
  return { check: 'engine', status: 'problem', message: toErrorInfo(error).message }
}

function toUnhealthy(error: unknown): Pick<Health, 'ok' | 'checks'> {
  return { ok: false, checks: [{ name: 'engine', ok: false, message: toErrorInfo(error).message }] }
}

/** A hosted engine knows what was registered, and not whether the process that did so is still there. */
const hostFinding: Finding = {
  check: 'engine',
  status: 'unknown',
  message: 'not checked: whether the process that runs the jobs is up',
}

/** What the engine's own checks leave open of whether it has the jobs. */
function registrationFindings(runsInProcess: boolean, definitions: readonly Definition[]): Finding[] {
  if (definitions.length === 0) {
    const message = 'jobs: whether it has them was not asked, since none were found'
    return [{ check: 'engine', status: 'warning', message }]
  }
  if (!runsInProcess) return []
  const message = 'jobs: registered by being defined, in every process that imports them'
  return [{ check: 'engine', status: 'ok', message }]
}

function unaskedFindings(setup: EngineSetup | undefined, checks: Health['checks']): Finding[] {
  return Object.entries(setup?.optionalChecks ?? {})
    .filter(([name]) => checks.every((check) => check.name !== name))
    .map(([name, reason]) => ({ check: 'engine', status: 'warning', message: `${name}: ${reason}` }))
}
