import { checkAttempts, type Duplicates } from './check/attempts.ts'
import { checkCancels } from './check/cancels.ts'
import { checkConcurrency } from './check/concurrency.ts'
import { checkCronTicks } from './check/cron-ticks.ts'
import { checkDelays } from './check/delays.ts'
import { checkJobsEnded } from './check/jobs-ended.ts'
import { checkJobsWanted } from './check/jobs-wanted.ts'
import { checkKeys } from './check/keys.ts'
import { checkLastAttempts } from './check/last-attempt.ts'
import { checkProcesses } from './check/processes.ts'
import { checkSteps } from './check/steps.ts'
import { type Evidence, type Finding, type Story, toStory } from './check/story.ts'
import { cronJobs, perTenant } from './definitions.ts'

/** What a run has shown. */
export interface Verdict {
  readonly story: Story
  readonly findings: readonly Finding[]
  readonly duplicates: Duplicates
  readonly repeatedSteps: number
  readonly cronTicks: number
  /** Runs of one tenant under way at once, at the most. */
  readonly mostPerTenant: number
}

/** Holds what was found in the file against what the processes have written down. */
export function judge(evidence: Evidence): Verdict {
  const story = toStory(evidence)
  const duplicates = checkAttempts(story)
  const steps = checkSteps(story)
  const cron = checkCronTicks(story, cronJobs)
  const concurrency = checkConcurrency(story, 'work', perTenant)
  return {
    story,
    findings: [
      ...checkJobsEnded(story),
      ...checkJobsWanted(story),
      ...checkKeys(story),
      ...checkLastAttempts(story),
      ...duplicates.findings,
      ...steps.findings,
      ...checkCancels(story),
      ...checkDelays(story),
      ...cron.findings,
      ...concurrency.findings,
      ...checkProcesses(story),
    ],
    duplicates,
    repeatedSteps: steps.repeated,
    cronTicks: cron.ticks,
    mostPerTenant: concurrency.most,
  }
}
