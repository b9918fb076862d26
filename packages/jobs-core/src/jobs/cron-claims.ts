import { processState } from '../runtime/process-state.ts'
import type { CronJobDefinition } from './job-definition.ts'

interface CronClaims {
  readonly engines: Map<CronJobDefinition, object>
  readonly listeners: Set<() => void>
}

const claims = (): CronClaims => processState('cronClaims', () => ({ engines: new Map(), listeners: new Set() }))

/** Claims a cron job for one engine of the process, which then ticks for it. Returns false if another engine has it. */
export function claimCronJob(definition: CronJobDefinition, engine: object): boolean {
  const { engines } = claims()
  const holder = engines.get(definition)
  if (holder === undefined) engines.set(definition, engine)
  return holder === undefined || holder === engine
}

/** Releases one or all cron jobs of an engine, so that another engine can claim them. */
export function releaseCronJobs(engine: object, only?: CronJobDefinition): void {
  const { engines, listeners } = claims()
  for (const [definition, holder] of engines) {
    if (holder === engine && (only === undefined || only === definition)) engines.delete(definition)
  }
  if (only === undefined) for (const listener of [...listeners]) listener()
}

/** Calls `listener` when an engine has released its cron jobs. Returns a function that stops it. */
export function onCronJobsReleased(listener: () => void): () => void {
  const { listeners } = claims()
  listeners.add(listener)
  return () => listeners.delete(listener)
}
