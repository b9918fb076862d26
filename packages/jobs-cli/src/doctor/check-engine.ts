import type { Definition, Health, JobProvider } from '@cgk-platform/jobs-core'
import {
  createClient,
  engineNamed,
  findUnsupported,
  systemClock,
  toErrorInfo,
  within,
} from '@cgk-platform/jobs-core/provider'

import type { CheckResult, EngineFacts, Finding } from './doctor-report.ts'
import { knownEngines } from '../engines.ts'
import { loadProvider } from './load-provider.ts'
import { missingFileFinding } from './missing-file-finding.ts'

/** A server that takes a connection and says nothing is waited for no longer. */
const longestMs = 20_000

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** The provider as an app would have it, but that it runs no job here. @throws {JobsError} as `createJobClient` does */
export async function openProvider(name: string, cwd: string, appId: string | undefined): Promise<JobProvider> {
  const engine = engineNamed(knownEngines, name, '`--provider`')
  if (name === 'local') return loadProvider(engine, cwd, process.env['JOB_LOCAL_PATH'] ? { role: 'send' } : {})
  return loadProvider(engine, cwd, name === 'inngest' && appId !== undefined ? { appId } : {})
}

/** Whether the engine answers, takes the key, and has the jobs that were found. */
export async function checkEngine(
  provider: JobProvider,
  definitions: readonly Definition[],
): Promise<CheckResult<EngineFacts | undefined>> {
  const missing = provider.name === 'local' ? missingFileFinding() : undefined
  if (missing) return { facts: undefined, findings: [missing] }
  // What the engine refuses would keep the client from opening; the local one would let cron jobs tick.
  const jobs = provider.name === 'local' ? [] : definitions.filter((one) => findUnsupported(provider, one).length === 0)
  const client = createClient({ load: () => provider }, { jobs, logger: silent })
  const beganAt = performance.now()
  const health = await within(systemClock, longestMs, client.healthCheck()).catch(toUnhealthy)
  const durationMs = Math.round(performance.now() - beganAt)
  const { ok, checks } = health ?? toUnhealthy(new Error(`no answer within ${longestMs / 1000} s`))
  const findings = [
    ...checks.map((check) => toFinding(check, provider.name, durationMs)),
    ...registrationFindings(provider.name, definitions, { ok, checks }),
    ...hostFindings(provider.name),
  ]
  return { facts: { ok, durationMs, checks }, findings }
}

function toFinding({ name, ok, message }: Health['checks'][number], provider: string, durationMs: number): Finding {
  const found = { check: 'engine', status: ok ? 'ok' : 'problem' } as const
  if (name !== 'engine') return { ...found, message: `${name}: ${message}` }
  // The local engine tells of the process that it is asked in.
  const where = provider === 'local' ? 'this process is `doctor`; ' : ''
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
function hostFindings(provider: string): Finding[] {
  if (provider === 'local') return []
  const message = 'not checked: whether the process that runs the jobs is up'
  return [{ check: 'engine', status: 'unknown', message }]
}

/** What the engine's own checks leave open of whether it has the jobs. */
function registrationFindings(
  provider: string,
  definitions: readonly Definition[],
  { ok, checks }: Pick<Health, 'ok' | 'checks'>,
): Finding[] {
  const say = (status: 'ok' | 'warning', message: string): Finding => ({ check: 'engine', status, message })
  if (!ok) return []
  if (definitions.length === 0)
    return [say('warning', 'jobs: whether it has them was not asked, since none were found')]
  if (provider === 'local') return [say('ok', 'jobs: registered by being defined, in every process that imports them')]
  if (provider !== 'trigger.dev' || checks.some(({ name }) => name === 'workers')) return []
  return [say('warning', 'workers: this server has no list of runs, and cannot tell whether jobs wait for a worker')]
}
