import type { Feature } from '../provider/capabilities.ts'

const known: Record<Feature, true> = {
  delay: true,
  idempotencyKey: true,
  'maxAttempts of a send, lowered': true,
  'maxAttempts of a send, raised': true,
  'cancelJob of a job that waits': true,
  'cancelJob of a running job': true,
  retryJob: true,
  listJobs: true,
  timeout: true,
  concurrency: true,
  'concurrency.perTenant': true,
  cron: true,
  'cron.tenants': true,
  "cron.overlap: 'skip'": true,
  "cron.overlap: 'allow'": true,
  "cron.catchUp: 'latest'": true,
  'status.startedAt': true,
  'status.nextAttemptAt': true,
  workflows: true,
  'workflows: a race of a step and a wait': true,
  'workflows: retryJob goes on from the failed step': true,
  'workflows: compensateOnCancel': true,
  'status.steps': true,
  'jobs survive a restart': true,
  'several processes': true,
}

/** Every feature that capabilities tell of. The compiler sees to it that none is missing. */
export const allFeatures: readonly Feature[] = Object.keys(known) as Feature[]
