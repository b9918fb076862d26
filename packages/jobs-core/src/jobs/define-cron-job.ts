import { callSite } from '../call-site.ts'
import { InvalidDefinitionError } from '../errors/invalid-definition-error.ts'
import { parseCron } from '../time/cron-schedule.ts'
import { checkDefinition, checkFunction, type DefinitionOptions } from './check-definition.ts'
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

const fields = [
  'id',
  'schedule',
  'handler',
  'timezone',
  'overlap',
  'catchUp',
  'tenants',
  'retry',
  'timeout',
  'concurrency',
  'middleware',
  'onFailure',
  'providerOptions',
]

/**
 * Declares what is done at the ticks of a schedule. Like a job it registers itself, and on the local engine its clock
 * starts with it.
 *
 * @throws {InvalidDefinitionError} naming the field at fault.
 */
export function defineCronJob<Output = void>(options: CronJobOptions<Output>): CronJobDefinition<Output> {
  const checked = checkDefinition('defineCronJob', options, fields)
  const what = `defineCronJob(\`${checked.id}\`)`
  const { schedule, timezone = 'UTC', overlap = 'skip', catchUp = 'none', tenants, onFailure } = options
  checkWord(what, 'overlap', overlap, ['skip', 'allow'])
  checkWord(what, 'catchUp', catchUp, ['none', 'latest'])
  checkFunction(what, options, 'tenants', false)
  const definition: CronJobDefinition<Output> = Object.freeze({
    kind: 'cron' as const,
    ...checked,
    schedule: parseCron(schedule, timezone, what),
    overlap,
    catchUp,
    handler: options.handler,
    ...(tenants && { tenants }),
    ...(onFailure && { onFailure }),
  })
  ambientJobs().register(definition, callSite(defineCronJob))
  return definition
}

function checkWord(what: string, field: string, value: string, words: readonly string[]): void {
  if (words.includes(value)) return
  throw new InvalidDefinitionError({
    what,
    field,
    problem: `is \`${String(value)}\``,
    remedy: `Use ${words.map((word) => `'${word}'`).join(' or ')}.`,
  })
}
