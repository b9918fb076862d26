import { checkAttempts, type Duplicates } from './check/attempts.ts'
import { checkCancels } from './check/cancels.ts'
import { checkCompensations } from './check/compensations.ts'
import { checkConcurrency } from './check/concurrency.ts'
import { checkCronTicks } from './check/cron-ticks.ts'
import { checkDelays } from './check/delays.ts'
import { checkEffects } from './check/effects.ts'
import { checkJobsEnded } from './check/jobs-ended.ts'
import { checkNoExtraJobs } from './check/no-extra-jobs.ts'
import { checkKeys } from './check/keys.ts'
import { checkLastAttempts } from './check/last-attempt.ts'
import { checkPassCosts } from './check/pass-costs.ts'
import { checkPausedTenants } from './check/paused-tenants.ts'
import { checkProcesses } from './check/processes.ts'
import { checkRetryOrder } from './check/retry-order.ts'
import { checkStarts } from './check/starts.ts'
import { checkSteps } from './check/steps.ts'
import { checkTurns } from './check/turns.ts'
import { type Evidence, type Finding, type IndexedEvidence, indexEvidence } from './check/indexed-evidence.ts'
import { cronJobs, perStore, perTenant, startDistanceMs } from './definitions.ts'
import { turnSlots } from './loads/define-load-jobs.ts'
import { cancelledFlow } from './cancelled-flow.ts'

/** The result of all checks of a chaos run. */
export interface Verdict {
  readonly evidence: IndexedEvidence
  readonly findings: readonly Finding[]
  readonly duplicates: Duplicates
  readonly repeatedSteps: number
  readonly cronTicks: number
  /** Highest number of concurrent runs of one tenant. */
  readonly maxPerTenant: number
  /** Highest number of concurrent runs of one store of a tenant. */
  readonly maxPerStore: number
  /** Number of workflows that were cancelled, and of those of which a step was compensated. */
  readonly cancelledFlows: { readonly cancelled: number; readonly compensated: number }
  /** Most starts of a large tenant while the job of a small one waited. */
  readonly maxStartsBefore: number
  /** Most retries of a run while a newer job waited. */
  readonly maxRetriesBefore: number
  /** Most statements and rows of a transaction beyond those that the rows that it changed need. */
  readonly maxExcess: number
}

/** Most rounds that a tenant may wait for its turn. */
const maxRounds = 2

/** Compares the content of the store with the ledgers of the processes. */
export function judge(collected: Evidence): Verdict {
  const evidence = indexEvidence(collected)
  const duplicates = checkAttempts(evidence)
  const steps = checkSteps(evidence)
  const cron = checkCronTicks(evidence, cronJobs)
  const concurrency = checkConcurrency(evidence, 'work', perTenant)
  const compensations = checkCompensations(evidence, cancelledFlow)
  const turns = checkTurns(evidence, { slots: turnSlots, maxRounds })
  const retries = checkRetryOrder(evidence)
  const costs = checkPassCosts(evidence)
  const ofStores = checkConcurrency(evidence, 'limited', perStore, true)
  return {
    evidence,
    findings: [
      ...checkJobsEnded(evidence),
      ...checkNoExtraJobs(evidence),
      ...checkKeys(evidence),
      ...checkEffects(evidence),
      ...checkLastAttempts(evidence),
      ...duplicates.findings,
      ...steps.findings,
      ...checkCancels(evidence),
      ...checkDelays(evidence),
      ...cron.findings,
      ...concurrency.findings,
      ...ofStores.findings,
      ...checkStarts(evidence, 'limited', startDistanceMs),
      ...compensations.findings,
      ...turns.findings,
      ...retries.findings,
      ...costs.findings,
      ...checkPausedTenants(evidence),
      ...checkProcesses(evidence),
    ],
    duplicates,
    repeatedSteps: steps.repeated,
    cronTicks: cron.ticks,
    maxPerTenant: concurrency.max,
    maxPerStore: ofStores.max,
    cancelledFlows: compensations,
    maxStartsBefore: turns.max,
    maxRetriesBefore: retries.max,
    maxExcess: costs.max,
  }
}
