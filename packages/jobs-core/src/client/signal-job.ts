import type { StandardSchemaV1 } from '@standard-schema/spec'

import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { JobNotSignalableError } from '../errors/job-not-signalable-error.ts'
import { quote } from '../errors/quote.ts'
import { carrierSchemaOf, isSignalName, type Signal } from '../events/define-signal.ts'
import type { JobEvent } from '../events/job-events.ts'
import { type SignalPayload, signalEventOf } from '../events/signal-event.ts'
import type { JobRegistry } from '../jobs/job-registry.ts'
import { kindOf } from '../options/kind-of.ts'
import { declareOptions, type CheckedOptions, type DeclaredOptions } from '../options/declare-options.ts'
import { string } from '../options/kinds.ts'
import { isEnded } from '../status/job-state.ts'
import type { JobStatus } from '../status/job-status.ts'
import type { JobProvider } from '../provider/job-provider.ts'
import type { Sender } from './sender.ts'

/** The options of `signalJob`. */
export interface SignalOptions {
  /**
   * Prevents duplicates: a second signal of this name with the same key to the same job is ignored for a day. At most 200
   * characters.
   */
  idempotencyKey?: string | undefined
}

/** The declarations of `SignalOptions`. */
const signalOptions: DeclaredOptions<CheckedOptions<SignalOptions>> = declareOptions<SignalOptions>('`signalJob`', {
  idempotencyKey: string({
    maxLength: 200, // the key of the event also has the job's id
    remedy: 'Pass a string of 1 to 200 characters that identifies what happened, such as the id of a webhook.',
  }),
})

/** Returns the name of the signal to send, for a name or the result of `defineSignal`. @throws {InvalidOptionError} */
export function signalNameOf(signal: Signal | string): string {
  const name: unknown = typeof signal === 'string' ? signal : (signal as Partial<Signal> | undefined)?.name
  if (isSignalName(name)) return name
  const problem = typeof signal === 'string' ? `is ${quote(signal)}, which is no name` : `is ${kindOf(signal)}`
  throw new InvalidOptionError({ option: 'signal', problem, remedy: 'Pass the result of `defineSignal`, or its name.' })
}

/** A checked signal. */
export interface SignalSend {
  readonly signal: Signal | string
  readonly payload: unknown
  readonly options?: SignalOptions | undefined
}

/** The services that `signalJob` needs. */
export interface SignalDependencies {
  /** Returns what sends events with this schema that only resolve waits, for any tenant. */
  readonly sender: (schema: StandardSchemaV1) => Pick<Sender, 'send'>
  readonly jobs: Pick<JobRegistry, 'get' | 'events'>
}

/**
 * Sends a signal to a job. Its event has the job as a reference, where the engine has references, because engines find
 * events by it.
 *
 * @throws {JobNotSignalableError}
 */
export async function signalJob(
  { id, state, tenantId, runs }: JobStatus,
  { signal, payload, options }: SignalSend,
  { sender, jobs, capabilities }: SignalDependencies & Pick<JobProvider, 'capabilities'>,
): Promise<void> {
  const { idempotencyKey } = signalOptions.read(options)
  if (isEnded(state)) throw new JobNotSignalableError({ jobId: id, state, hasEnded: true })
  const kinds = runs.map(({ definitionId }) => jobs.get(definitionId)?.kind)
  // Only if all are known: others may be workflows.
  if (kinds.length > 0 && kinds.every((kind) => kind !== undefined && kind !== 'workflow'))
    throw new JobNotSignalableError({ jobId: id, state, hasEnded: false })
  const carried: SignalPayload = { tenantId, jobId: id, payload }
  const event = signalEventOf(signalNameOf(signal)) as JobEvent
  await sender(carrierSchemaOf(signal, jobs.events)).send(event, carried as never, {
    ...(capabilities.features.reference.supported && { reference: id }),
    ...(idempotencyKey !== undefined && { idempotencyKey: `${id}/${idempotencyKey}` }),
  })
}
