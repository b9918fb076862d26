import { callSite } from '../call-site.ts'
import { parseCron } from '../time/cron-schedule.ts'
import { declareOptions, type DeclaredOptions } from '../options/declare-options.ts'
import { callback, custom, oneOf } from '../options/kinds.ts'
import { commonOptions, type DefinitionOptions, idOption, readDefinition, type Unfilled } from './definition-options.ts'
import type { CronContext } from './job-context.ts'
import type { CronJobDefinition } from './job-definition.ts'
import { ambientJobs } from './job-registry.ts'

/** What `defineCronJob` takes. */
export interface CronJobOptions<Output> extends DefinitionOptions {
  /** Five fields: minute, hour, day of month, month, day of week. `0 9 * * *` is nine in the morning. */
  schedule: string
  /** IANA zone in which the schedule is read. Default `UTC`. */
  timezone?: string | undefined
  /** Whether a tick starts a run while the previous one still goes on (for each tenant). Default `skip`. */
  overlap?: 'skip' | 'allow' | undefined
  /** Ticks missed while nothing ran: dropped (`none`, the default), or the latest of them made up for. */
  catchUp?: 'none' | 'latest' | undefined
  /** One run for each tenant it names, apart from each other's failures. Default: one run, tenant `system`. */
  tenants?: (() => readonly string[] | Promise<readonly string[]>) | undefined
  /** Does the work of a tick; what it returns is the run's output, as JSON. */
  handler: (context: CronContext) => Output | Promise<Output>
  /** Called once, after the last attempt of a run failed. What it throws is logged. */
  onFailure?: ((error: Error, context: CronContext) => unknown) | undefined
}

/** The options of a cron job after their check; the schedule is read with its time zone. */
interface CheckedCronJob extends Omit<Unfilled<CronJobDefinition>, 'schedule' | 'overlap' | 'catchUp'> {
  readonly schedule?: string
  readonly timezone?: string
  readonly overlap?: 'skip' | 'allow'
  readonly catchUp?: 'none' | 'latest'
}

/** What each option of a cron job may be. */
export const cronJobOptions: DeclaredOptions<CheckedCronJob> = declareOptions<CronJobOptions<unknown>, CheckedCronJob>(
  '`defineCronJob`',
  {
    id: idOption,
    schedule: custom(undefined, { feature: 'cron' }),
    handler: callback({ required: 'Give a function.' }),
    timezone: custom(),
    overlap: oneOf(['skip', 'allow'], { feature: (overlap: 'skip' | 'allow') => [`cron.overlap: '${overlap}'`] }),
    catchUp: oneOf(['none', 'latest'], {
      feature: (catchUp: 'none' | 'latest') => (catchUp === 'latest' ? ["cron.catchUp: 'latest'"] : []),
    }),
    tenants: callback({ feature: 'cron.tenants' }),
    ...commonOptions,
    onFailure: callback(),
  },
)

/**
 * Declares what is done at the ticks of a schedule. Like a job it registers itself, and on the local engine its clock
 * starts with it.
 *
 * @throws {InvalidDefinitionError} naming the field at fault.
 */
export function defineCronJob<Output = void>(options: CronJobOptions<Output>): CronJobDefinition<Output> {
  const { timezone = 'UTC', ...checked } = readDefinition('defineCronJob', cronJobOptions, options)
  const definition = Object.freeze({
    kind: 'cron' as const,
    overlap: 'skip' as const,
    catchUp: 'none' as const,
    ...checked,
    schedule: parseCron(options.schedule, timezone, `defineCronJob(\`${checked.id}\`)`),
  }) as CronJobDefinition<Output>
  ambientJobs().register(definition, callSite(defineCronJob))
  return definition
}
