import { defaultSender } from '../ambient/default-sender.ts'
import { addCronJob } from '../jobs/define-cron-job.ts'
import { idOption, readDefinition } from '../jobs/definition-options.ts'
import type { CronJobDefinition } from '../jobs/job-definition.ts'
import { type JobRegistry, processJobs } from '../jobs/job-registry.ts'
import { declareOptions } from '../options/declare-options.ts'
import { boolean, custom, string } from '../options/kinds.ts'
import { maxIdLength } from '../options/text-problem.ts'
import { type CallSite, callSite } from '../runtime/call-site.ts'
import { type AlertReceiver, receiverOption } from './alert-receiver.ts'
import { type AlertRule, featuresOfRules, readRules } from './alert-rule.ts'
import type { AlertOptions } from './alert-options.ts'
import type { AlertClient } from './find-problems.ts'
import { runAlerts, tickTimeoutMs } from './run-alerts.ts'

/** The options of `defineAlerts`. */
export interface AlertsOptions {
  /** The id of the definition, as of `defineCronJob`. Default: `alerts`. */
  id?: string | undefined
  /** When the rules are checked: five fields, in UTC. Default: `* * * * *`, every minute. */
  schedule?: string | undefined
  /** The rules, at least one. Each has an incident of its own. */
  rules: readonly AlertRule[]
  /** The receiver of the begin and the end of each incident. A delivery that fails is repeated until it succeeds. */
  notify: AlertReceiver
  /** Only the jobs of this tenant count in `failures`, `waiting` and `backlog`. Default: the jobs of all tenants. */
  tenantId?: string | undefined
  /** `false`: nothing is checked. Default: `true`. */
  enabled?: boolean | undefined
}

interface CheckedAlerts extends Omit<AlertOptions, 'id'> {
  readonly id?: string
  readonly schedule?: string
  readonly enabled?: boolean
}

const { required: _, ...optionalId } = idOption
const alertsOptions = declareOptions<AlertsOptions, CheckedAlerts>('`defineAlerts`', {
  id: optionalId,
  schedule: custom(),
  rules: custom(readRules, { required: "Pass an array of rules, such as `[{ kind: 'failures' }]`." }),
  notify: receiverOption,
  tenantId: string({ maxLength: maxIdLength, remedy: 'Pass the id of a tenant, or omit it for all.' }),
  enabled: boolean(),
})

/**
 * Defines a cron job that checks rules at each tick and reports when an incident begins and when it ends: once, however
 * many processes run. Its output has the open incidents. On the local engine, this also starts the engine.
 *
 * @throws {InvalidDefinitionError} naming the invalid field.
 */
export function defineAlerts(options: AlertsOptions): CronJobDefinition {
  return addAlerts(processJobs(), options, callSite(defineAlerts))
}

/** Defines alerts in a registry. @throws like `defineAlerts` */
export function addAlerts(jobs: JobRegistry, given: AlertsOptions, site: CallSite): CronJobDefinition {
  const {
    id = 'alerts',
    schedule = '* * * * *',
    enabled,
    ...own
  } = readDefinition('defineAlerts', alertsOptions, given)
  const options: AlertOptions = { id, ...own }
  const cronJob = {
    id,
    schedule,
    enabled,
    overlap: 'skip' as const,
    concurrency: 1, // `retryJob` of a tick does not overlap the next one either
    timeout: tickTimeoutMs,
    handler: (context: Parameters<CronJobDefinition['handler']>[0]) =>
      runAlerts(options, defaultSender() as unknown as AlertClient, context),
  }
  return addCronJob(jobs, cronJob, site, featuresOfRules(own.rules))
}
