import { ambient } from '../ambient.ts'
import type { CronJobDefinition } from './job-definition.ts'

interface CronClaims {
  readonly engines: Map<CronJobDefinition, object>
  readonly listeners: Set<() => void>
}

const claims = (): CronClaims => ambient('cronClaims', () => ({ engines: new Map(), listeners: new Set() }))

/** Makes one engine of the process the one that ticks for a cron job, however many clients have it; false where another does. */
export function claimCronJob(definition: CronJobDefinition, engine: object): boolean {
  const { engines } = claims()
  const holder = engines.get(definition)
  if (holder === undefined) engines.set(definition, engine)
  return holder === undefined || holder === engine
}

/** Gives back what an engine ticks for, all of it or one cron job, so that another engine may take it up. */
export function releaseCronJobs(engine: object, only?: CronJobDefinition): void {
  const { engines, listeners } = claims()
  for (const [definition, holder] of engines) {
    if (holder === engine && (only === undefined || only === definition)) engines.delete(definition)
  }
  if (only === undefined) for (const listener of [...listeners]) listener()
}

/** Calls back whenever an engine has given back its cron jobs; the answer ends it. */
export function onCronReleased(listener: () => void): () => void {
  const { listeners } = claims()
  listeners.add(listener)
  return () => listeners.delete(listener)
}
