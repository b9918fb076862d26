import type { BrokenProvider } from './broken/broken-provider.ts'
import { brokenCancelAndRetry } from './broken/of-cancel-and-retry.ts'
import { brokenCron } from './broken/of-cron.ts'
import { brokenDelivery } from './broken/of-delivery.ts'
import { brokenPayloads } from './broken/of-payloads.ts'
import { brokenRetries } from './broken/of-retries.ts'
import { brokenSteps } from './broken/of-steps.ts'
import { brokenTenants } from './broken/of-tenants.ts'
import { brokenTerms } from './broken/of-terms.ts'
import { brokenRest } from './broken/of-the-rest.ts'
import { brokenTime } from './broken/of-time.ts'
import { brokenWaits } from './broken/of-waits.ts'
import { brokenRuns } from './broken/of-workflow-runs.ts'

/** Providers that each break a rule on purpose, made from the local one: what the suite is tried on. */
export const brokenProviders: readonly BrokenProvider[] = [
  ...brokenTerms,
  ...brokenTenants,
  ...brokenPayloads,
  ...brokenDelivery,
  ...brokenRetries,
  ...brokenTime,
  ...brokenCron,
  ...brokenCancelAndRetry,
  ...brokenRest,
  ...brokenSteps,
  ...brokenWaits,
  ...brokenRuns,
]
