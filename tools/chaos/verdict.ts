import { checkAttempts, type Duplicates } from './check/attempts.ts'
import { checkCancels } from './check/cancels.ts'
import { checkConcurrency } from './check/concurrency.ts'
import { checkCronTicks } from './check/cron-ticks.ts'
import { checkDelays } from './check/delays.ts'
import { checkJobsEnded } from './check/jobs-ended.ts'
import { checkNoExtraJobs } from './check/no-extra-jobs.ts'
import { checkKeys } from './check/keys.ts'
import { checkLastAttempts } from './check/last-attempt.ts'
import { checkProcesses } from './check/processes.ts'
import { checkStarts } from './check/starts.ts'
import { checkSteps } from './check/steps.ts'
import { type Evidence, type Finding, type IndexedEvidence, indexEvidence } from './check/indexed-evidence.ts'
import { cronJobs, perStore, perTenant, startDistanceMs } from './definitions.ts'

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
}

/** Compares the content of the jobs file with the ledgers of the processes. */
export function judge(collected: Evidence): Verdict {
  const evidence = indexEvidence(collected)
  const duplicates = checkAttempts(evidence)
  const steps = checkSteps(evidence)
  const cron = checkCronTicks(evidence, cronJobs)
  const concurrency = checkConcurrency(evidence, 'work', perTenant)
  const ofStores = checkConcurrency(evidence, 'limited', perStore, true)
  return {
    evidence,
    findings: [
      ...checkJobsEnded(evidence),
      ...checkNoExtraJobs(evidence),
      ...checkKeys(evidence),
      ...checkLastAttempts(evidence),
      ...duplicates.findings,
      ...steps.findings,
      ...checkCancels(evidence),
      ...checkDelays(evidence),
      ...cron.findings,
      ...concurrency.findings,
      ...ofStores.findings,
      ...checkStarts(evidence, 'limited', startDistanceMs),
      ...checkProcesses(evidence),
    ],
    duplicates,
    repeatedSteps: steps.repeated,
    cronTicks: cron.ticks,
    maxPerTenant: concurrency.max,
    maxPerStore: ofStores.max,
  }
}
