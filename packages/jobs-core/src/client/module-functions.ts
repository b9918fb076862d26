import type { StandardSchemaV1 } from '@standard-schema/spec'

import type { Signal } from '../events/define-signal.ts'
import type { JobEvent, JobInput } from '../events/job-events.ts'
import type { OwnEvent } from '../events/own-event.ts'
import type { Pause, PauseTarget } from '../jobs/pause.ts'
import type { Health } from '../provider/health.ts'
import type { JobPage } from '../status/job-page.ts'
import type { JobStatus } from '../status/job-status.ts'
import { getJobClient } from './default-client.ts'
import type { CancelOptions, ListOptions, WaitOptions } from './job-client.ts'
import type { SignalTokenOptions, TokenOptions } from './signal-token-options.ts'
import type { SignalOptions } from './signal-job.ts'
import type { JobHandle, JobItem, OwnItem, ScheduleOptions, SendOptions, SendResult } from '../sends/send-options.ts'

/** Sends an event with the default client. Resolves when the engine has accepted it. */
export async function sendJob<Event extends JobEvent | OwnEvent>(
  event: Event,
  payload: JobInput<Event>,
  options?: SendOptions,
): Promise<JobHandle<Event>> {
  return getJobClient().sendJob(event, payload, options)
}

/** Sends an event that is handled later, with the default client. */
export async function scheduleJob<Event extends JobEvent | OwnEvent>(
  event: Event,
  payload: JobInput<Event>,
  options: ScheduleOptions,
): Promise<JobHandle<Event>> {
  return getJobClient().scheduleJob(event, payload, options)
}

/** Sends many events with the default client. Returns one result per item, in order. */
export async function sendJobs<Job extends OwnEvent = never>(
  items: readonly (JobItem | OwnItem<Job>)[],
): Promise<SendResult[]> {
  return getJobClient().sendJobs(items)
}

/** Returns the job's state and runs. @throws {JobNotFoundError} */
export async function getJobStatus(id: string): Promise<JobStatus> {
  return getJobClient().getJobStatus(id)
}

/** Cancels a job and returns its status. A job that has already ended keeps its state. @throws {JobNotFoundError} */
export async function cancelJob(id: string): Promise<JobStatus> {
  return getJobClient().cancelJob(id)
}

/**
 * Cancels the jobs with a reference that have not ended, and returns their ids. Safe to repeat. If some cannot be
 * cancelled, it cancels the others, then throws the first error.
 */
export async function cancelJobs(options: CancelOptions): Promise<string[]> {
  return getJobClient().cancelJobs(options)
}

/**
 * Retries a failed job: starts a new run for each definition that failed. An unhandled job is due again, and gets a run
 * of each definition that handles its event by now. The job's id stays the same.
 *
 * @throws {JobNotFoundError}
 * @throws {JobNotRetryableError} if the job is neither failed nor unhandled.
 */
export async function retryJob(id: string): Promise<JobHandle> {
  return getJobClient().retryJob(id)
}

/**
 * Sends a signal to the workflow of a job. It waits until a `step.waitForSignal` of the job takes it.
 *
 * @throws {JobNotFoundError}
 * @throws {JobNotSignalableError} if the job has ended or runs no workflow.
 * @throws {PayloadInvalidError}
 */
export async function signalJob<Schema extends StandardSchemaV1>(
  id: string,
  signal: Signal<Schema> | string,
  payload: StandardSchemaV1.InferInput<Schema>,
  options?: SignalOptions,
): Promise<void> {
  return getJobClient().signalJob(id, signal, payload, options)
}

/** Returns a signed token, for a link that sends a signal with `signalWithToken`. */
export async function createSignalToken<Schema extends StandardSchemaV1>(
  options: SignalTokenOptions<Schema>,
): Promise<string> {
  return getJobClient().createSignalToken(options)
}

/**
 * Sends the signal of a token. Repeated calls within a day send it once.
 *
 * @throws {SignalTokenInvalidError}
 * @throws {JobNotFoundError}
 * @throws {JobNotSignalableError} if the job has ended or runs no workflow.
 * @throws {PayloadInvalidError}
 */
export async function signalWithToken(token: string, payload?: unknown, options?: TokenOptions): Promise<void> {
  return getJobClient().signalWithToken(token, payload, options)
}

/**
 * Waits until a job completes, fails, expires, is cancelled or is superseded.
 *
 * @throws {JobNotFoundError}
 * @throws {WaitTimeoutError} after the wait limit. The job continues.
 * @throws {WaitInHandlerError} in a handler. Use `step.runJob` of a workflow there.
 */
export async function waitForJob(id: string, options?: WaitOptions): Promise<JobStatus> {
  return getJobClient().waitForJob(id, options)
}

/** Lists jobs, newest first. */
export async function listJobs(options?: ListOptions): Promise<JobPage> {
  return getJobClient().listJobs(options)
}

/**
 * Pauses a definition or a tenant: its runs do not start until `resumeJobs`. Sends are still accepted, and running
 * attempts continue. Safe to repeat.
 *
 * @throws {UnsupportedFeatureError} if the engine cannot pause a definition or a tenant.
 */
export async function pauseJobs(target: PauseTarget): Promise<void> {
  return getJobClient().pauseJobs(target)
}

/** Resumes a definition or a tenant: its waiting runs start, in order. Safe to repeat. */
export async function resumeJobs(target: PauseTarget): Promise<void> {
  return getJobClient().resumeJobs(target)
}

/** Returns the definitions and tenants that are paused. */
export async function listPauses(): Promise<readonly Pause[]> {
  return getJobClient().listPauses()
}

/** Checks that the engine is reachable and can run the jobs. */
export async function healthCheck(): Promise<Health> {
  return getJobClient().healthCheck()
}
