import { type CallSite, callSite } from '../runtime/call-site.ts'
import type { Feature } from '../engines/capabilities.ts'
import { parseCron } from '../time/cron-schedule.ts'
import { declareOptions, type DeclaredOptions } from '../options/declare-options.ts'
import type { Duration } from '../options/duration.ts'
import { callback, custom, duration, oneOf } from '../options/kinds.ts'
import {
  commonOptions,
  type DefinitionOptions,
  idOption,
  readDefinition,
  type WithoutDefaults,
} from './definition-options.ts'
import type { CronContext, WithTransaction } from './job-context.ts'
import type { CronJobDefinition } from './job-definition.ts'
import { setEventRegistry } from './event-registry-of.ts'
import { type JobRegistry, processJobs } from './job-registry.ts'
import { refusePayloadKeys } from './refuse-payload-keys.ts'
import { transactionOption } from './transaction-option.ts'

/** The options of `defineCronJob`. */
export interface CronJobOptions<Output, Own extends boolean = false> extends DefinitionOptions {
  /** Five fields: minute, hour, day of month, month, day of week. `0 9 * * *` is 9 AM every day. */
  schedule: string
  /** The IANA time zone of the schedule. Default: `UTC`. */
  timezone?: string | undefined
  /** Whether a tick starts a run if the previous run (of the tenant) has not ended. Default: `skip`. */
  overlap?: 'skip' | 'allow' | undefined
  /** Ticks missed while no process ran: `none` drops them, `latest` runs the latest one. Default: `none`. */
  catchUp?: 'none' | 'latest' | undefined
  /** Returns the tenants. Each gets its own, independent run. Default: one run for the tenant `system`. */
  tenants?: (() => readonly string[] | Promise<readonly string[]>) | undefined
  /**
   * Time over which the runs of the tenants start: milliseconds or `'10m'`. A tenant starts at the same time after each
   * tick, and before the next one. Default: all at the tick.
   */
  spread?: number | Duration | undefined
  /** Handles a tick. The return value is the run's output, as JSON. */
  handler: (context: WithTransaction<CronContext, Own>) => Output | Promise<Output>
  /**
   * `true`: the engine opens a transaction in the database of the jobs, passes it to the handler, and records in it that the
   * run has completed. What the handler writes in it exists exactly once. Default: false.
   */
  transaction?: Own | undefined
  /**
   * Called after the last attempt of a run has failed. Errors that it throws are logged. Called again if its process dies
   * before the failure is recorded.
   */
  onFailure?: ((error: Error, context: CronContext) => unknown) | undefined
}

/** The checked options of a cron job, before the schedule is parsed with its time zone. */
interface CheckedCronJob extends Omit<WithoutDefaults<CronJobDefinition>, 'schedule' | 'overlap' | 'catchUp'> {
  readonly schedule?: string
  readonly timezone?: string
  readonly overlap?: 'skip' | 'allow'
  readonly catchUp?: 'none' | 'latest'
}

/** The declarations of the options of a cron job. */
export const cronJobOptions: DeclaredOptions<CheckedCronJob> = declareOptions<
  CronJobOptions<unknown, boolean>,
  CheckedCronJob
>('`defineCronJob`', {
  id: idOption,
  schedule: custom(undefined, { feature: 'cron' }),
  handler: callback({ required: 'Pass a function.' }),
  transaction: transactionOption,
  timezone: custom(),
  overlap: oneOf(['skip', 'allow'], { feature: (overlap: 'skip' | 'allow') => [`cron.overlap: '${overlap}'`] }),
  catchUp: oneOf(['none', 'latest'], {
    feature: (catchUp: 'none' | 'latest') => (catchUp === 'latest' ? ["cron.catchUp: 'latest'"] : []),
  }),
  tenants: callback({ feature: 'cron.tenants' }),
  spread: duration({ minMs: 1, requires: 'tenants', feature: 'delay' }),
  ...commonOptions,
  onFailure: callback(),
})

/**
 * Defines a job that runs at the ticks of a schedule. Like `defineJob`, it registers the definition. Nobody
 * sends a tick, so on the local engine this also starts the engine.
 *
 * @throws {InvalidDefinitionError} naming the invalid field.
 */
export function defineCronJob<Output = unknown, Own extends boolean = false>(
  options: CronJobOptions<Output, Own>,
): CronJobDefinition<Output> {
  return addCronJob(processJobs(), options, callSite(defineCronJob))
}

/**
 * Defines a cron job in a registry.
 *
 * @param features - those that its handler needs of the engine
 * @throws like `defineCronJob`
 */
export function addCronJob<Output>(
  jobs: JobRegistry,
  options: CronJobOptions<Output, boolean>,
  site: CallSite,
  features?: readonly Feature[],
): CronJobDefinition<Output> {
  const { timezone = 'UTC', ...checked } = readDefinition('defineCronJob', cronJobOptions, options)
  refusePayloadKeys('defineCronJob', checked, 'a tick has no payload')
  const schedule = parseCron(options.schedule, timezone, `defineCronJob(\`${checked.id}\`)`)
  const definition = Object.freeze({
    kind: 'cron' as const,
    overlap: 'skip' as const,
    catchUp: 'none' as const,
    ...checked,
    ...(features && { features }),
    schedule,
  }) as CronJobDefinition<Output>
  setEventRegistry(definition, jobs.events)
  jobs.register(definition, site)
  return definition
}
