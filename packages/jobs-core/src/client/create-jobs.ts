import type { StandardSchemaV1 } from '@standard-schema/spec'

import { linkToEvents, senderFor } from '../ambient/default-sender.ts'
import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { declareEvents } from '../events/define-events.ts'
import { declareSignal } from '../events/define-signal.ts'
import { createEventRegistry } from '../events/event-registry.ts'
import type { EventIn, EventNameOf, EventSchemas } from '../events/instance-events.ts'
import type { JobInput, TenantInput } from '../events/job-events.ts'
import type { OwnEvent } from '../events/own-event.ts'
import { addAlerts, type AlertsOptions } from '../alerts/define-alerts.ts'
import { addBatchJob } from '../jobs/define-batch-job.ts'
import { addCronJob } from '../jobs/define-cron-job.ts'
import { addJob } from '../jobs/define-job.ts'
import { addWorkflow } from '../jobs/define-workflow.ts'
import type { CronJobDefinition } from '../jobs/job-definition.ts'
import { createJobRegistry, type JobRegistry, type JobSet, setRegistryOfSet } from '../jobs/job-registry.ts'
import type { SentEvent, SentInput, SetDefinitions } from '../jobs/set-definitions.ts'
import type { ProviderChoice } from '../provider/provider-choice.ts'
import type { JobPage } from '../status/job-page.ts'
import { type CallSite, callSite } from '../runtime/call-site.ts'
import type { JobHandle, OwnItem, ScheduleOptions, SendOptions, SendResult } from '../sends/send-options.ts'
import type { ClientOptions } from './client-options.ts'
import { createJobClient, type JobClientOptions } from './create-job-client.ts'
import type { CancelOptions, JobClient, ListOptions, TenantClient } from './job-client.ts'

type NoEvents = {} // an index signature would accept every name

/** The options of `createJobs`. */
export type JobsOptions<Events extends EventSchemas = NoEvents> = ProviderChoice &
  Omit<ClientOptions, 'clock' | 'jobs'> & {
    /** Your events, in addition to the built-in ones: a schema, or `eventType<T>()`, for each name. */
    events?: Events | undefined
  }

type TypedCall = 'sendJob' | 'scheduleJob' | 'sendJobs' | 'listJobs' | 'cancelJobs'

type OtherCall =
  | 'getJobStatus'
  | 'cancelJob'
  | 'retryJob'
  | 'signalJob'
  | 'createSignalToken'
  | 'signalWithToken'
  | 'waitForJob'
  | 'pauseJobs'
  | 'resumeJobs'
  | 'listPauses'
  | 'healthCheck'

/** The methods of a client that are also functions of the module. */
const calls: Readonly<Record<TypedCall | OtherCall, true>> = {
  sendJob: true,
  scheduleJob: true,
  sendJobs: true,
  getJobStatus: true,
  cancelJob: true,
  cancelJobs: true,
  retryJob: true,
  signalJob: true,
  createSignalToken: true,
  signalWithToken: true,
  waitForJob: true,
  listJobs: true,
  pauseJobs: true,
  resumeJobs: true,
  listPauses: true,
  healthCheck: true,
}

/** Options with an event of a `createJobs`. */
type WithEvents<Options, Events extends EventSchemas> = Omit<Options, 'event'> & {
  /** Only jobs of this event: `cron/<id>` for a cron job, `job/<id>` for a job that was sent itself, `signal/<name>`. */
  event?: EventNameOf<Events> | `cron/${string}` | `job/${string}` | `signal/${string}` | undefined
}

/** Sends events of a `createJobs`, and finds their jobs. */
interface SetSends<Events extends EventSchemas> {
  /** Sends an event. Resolves when the engine has accepted it. */
  sendJob<Event extends EventNameOf<Events> | OwnEvent>(
    event: Event,
    payload: SentInput<Events, Event>,
    options?: SendOptions,
  ): Promise<JobHandle<SentEvent<Events, Event>>>
  /** Sends an event that is handled later. */
  scheduleJob<Event extends EventNameOf<Events> | OwnEvent>(
    event: Event,
    payload: SentInput<Events, Event>,
    options: ScheduleOptions,
  ): Promise<JobHandle<SentEvent<Events, Event>>>
  /** Sends many events. Returns one result per item, in order. A failed item does not affect the others. */
  sendJobs<Job extends OwnEvent = never>(items: readonly (SetItem<Events> | OwnItem<Job>)[]): Promise<SendResult[]>
  /** Lists jobs, newest first. */
  listJobs(options?: WithEvents<ListOptions, Events>): Promise<JobPage>
  /** Cancels the jobs with a reference that have not ended, and returns their ids. */
  cancelJobs(options: WithEvents<CancelOptions, Events>): Promise<string[]>
}

/** One item of `sendJobs`. */
type SetItem<Events extends EventSchemas> = {
  [Name in EventNameOf<Events>]: {
    event: Name
    payload: JobInput<EventIn<Events, Name>>
    options?: SendOptions | undefined
  }
}[EventNameOf<Events>]

/** One item of `sendJobs` for one tenant. */
type TenantSetItem<Events extends EventSchemas> = {
  [Name in EventNameOf<Events>]: {
    event: Name
    payload: TenantInput<EventIn<Events, Name>>
    options?: SendOptions | undefined
  }
}[EventNameOf<Events>]

/** A tenant client of a `createJobs`. */
export interface TenantJobs<Events extends EventSchemas> extends Omit<TenantClient, TypedCall> {
  /** Same as `Jobs.sendJob`, for this tenant. */
  sendJob<Event extends EventNameOf<Events> | OwnEvent>(
    event: Event,
    payload: TenantInput<SentEvent<Events, Event>>,
    options?: SendOptions,
  ): Promise<JobHandle<SentEvent<Events, Event>>>
  /** Same as `Jobs.scheduleJob`, for this tenant. */
  scheduleJob<Event extends EventNameOf<Events> | OwnEvent>(
    event: Event,
    payload: TenantInput<SentEvent<Events, Event>>,
    options: ScheduleOptions,
  ): Promise<JobHandle<SentEvent<Events, Event>>>
  /** Same as `Jobs.sendJobs`, for this tenant. */
  sendJobs<Job extends OwnEvent = never>(
    items: readonly (TenantSetItem<Events> | OwnItem<Job, TenantInput<Job>>)[],
  ): Promise<SendResult[]>
  /** Same as `Jobs.listJobs`, for this tenant only. */
  listJobs(options?: WithEvents<Omit<ListOptions, 'tenantId'>, Events>): Promise<JobPage>
  /** Same as `Jobs.cancelJobs`, for this tenant only. */
  cancelJobs(options: WithEvents<Omit<CancelOptions, 'tenantId'>, Events>): Promise<string[]>
}

/** Jobs, events and a client of their own: what the functions of this module are for the whole process. */
export interface Jobs<Events extends EventSchemas = EventSchemas>
  extends JobSet, SetDefinitions<Events>, SetSends<Events>, Pick<JobClient, OtherCall | 'start' | 'close'> {
  /** Same as the function `defineAlerts`, for these jobs. Their ticks start with `start`, or with the first send. */
  defineAlerts(options: AlertsOptions): CronJobDefinition
  /** The client, for code that takes one: a dashboard, a tenant router. */
  readonly client: JobClient
  /** Returns a client for one tenant. It cannot see the jobs of other tenants. */
  forTenant(tenantId: string): TenantJobs<Events>
}

/**
 * Creates jobs, events and a client that share nothing with the rest of the process. In a handler, its sends go to the
 * engine that runs the handler, as those of the module functions do.
 *
 * @throws {InvalidDefinitionError} for an invalid event.
 * @throws {InvalidOptionError} for an invalid option.
 * @throws {ProviderNotChosenError} like `createJobClient`.
 */
export function createJobs<Events extends EventSchemas = NoEvents>(options: JobsOptions<Events> = {}): Jobs<Events> {
  const { events = {}, ...clientOptions }: JobClientOptions & { events?: EventSchemas | undefined } = options
  if (clientOptions.jobs !== undefined) {
    const remedy = 'Define the jobs with the `defineJob` of the result.'
    throw new InvalidOptionError({ option: 'jobs', problem: 'is no option of `createJobs`', remedy })
  }
  const registry = createJobRegistry(createEventRegistry())
  declareEvents(registry.events, events, { call: 'createJobs', declaredAt: callSite(createJobs) })
  const set = definitionsIn(registry)
  const client = createJobClient({ ...clientOptions, jobs: set })
  linkToEvents(client, registry.events, true)
  const current = () => senderFor(registry.events) as JobClient // only clients are linked
  const callOf =
    (name: keyof typeof calls) =>
    async (...given: never[]) =>
      (current()[name] as (...given: never[]) => unknown)(...given)
  const called = (Object.keys(calls) as (keyof typeof calls)[]).map((name) => [name, callOf(name)])
  const more = {
    client,
    start: () => client.start(),
    close: (closing?: never) => client.close(closing),
    forTenant: (tenantId: string) => current().forTenant(tenantId),
  }
  return Object.assign(set, Object.fromEntries(called), more)
}

/** Creates the functions that define jobs in a registry. */
function definitionsIn(registry: JobRegistry): JobSet & object {
  const defining = <Options>(add: (jobs: JobRegistry, options: Options, site: CallSite) => unknown) => {
    const define = (options: Options): unknown => add(registry, options, callSite(define))
    return define
  }
  const set = {
    get definitions() {
      return registry.all()
    },
    defineJob: defining(addJob),
    defineBatchJob: defining(addBatchJob),
    defineWorkflow: defining(addWorkflow),
    defineCronJob: defining(addCronJob),
    defineAlerts: defining(addAlerts),
    defineSignal(name: string, schema: StandardSchemaV1) {
      return declareSignal(registry.events, name, { schema, declaredAt: callSite(set.defineSignal) })
    },
  }
  setRegistryOfSet(set, registry)
  return set
}
