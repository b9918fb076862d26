import type { JobSender } from '../sends/job-sender.ts'
import type { SendOptions } from '../sends/send-options.ts'
import { InvalidStepError } from '../errors/invalid-step-error.ts'
import { textOf } from '../errors/quote.ts'
import { TooManyStepsError } from '../errors/too-many-steps-error.ts'
import type { Envelope } from '../events/envelope.ts'
import type { JobEvent } from '../events/job-events.ts'
import type { Signal } from '../events/define-signal.ts'
import { type SignalPayload, signalEventOf } from '../events/signal-event.ts'
import type { OwnEvent } from '../events/own-event.ts'
import type { Json } from '../values/json.ts'
import { systemTenantId } from '../values/reserved-names.ts'
import type { EventMessage } from '../jobs/event-message.ts'
import { eventRegistryOf } from '../jobs/event-registry-of.ts'
import { readEvent } from '../runs/read-event.ts'
import {
  checkJobStep,
  checkEventWait,
  checkSignalWait,
  checkWork,
  durationOf,
  instantOf,
  stepErrorFactory,
} from './check-step.ts'
import { ReceivedEvents } from './got-events.ts'
import { enclosingStep } from './inside-step.ts'
import { RestartRequest } from './restart-run.ts'
import type { StepKind } from '../status/step-status.ts'
import type { AwaitedEvent, StepCall } from '../steps/step-call.ts'
import type { RestartRecord } from '../steps/workflow-record.ts'
import { StepPromise } from './step-promise.ts'
import type { StepContext, StepSendOptions, Steps, WorkflowDefinition } from '../jobs/steps.ts'

/** Options of the `step` object of one replay. */
export interface StepsOptions {
  /** Identifies this replay. */
  readonly replayToken: object
  readonly definition: WorkflowDefinition
  /** The envelope that started the run. */
  readonly envelope: Pick<Envelope, 'payload' | 'tenantId' | 'sentAt'>
  /** The job of the run. */
  readonly jobId: string
  /** The client that steps send with. */
  readonly client: JobSender | undefined
  /** Performs a step. Settles like the step, or never if this replay cannot continue. */
  perform(call: StepCall): Promise<Json | undefined>
  /** Gets the promises of the steps that have not ended, by key, except waits for events, which begin early. */
  readonly open: Map<string, StepPromise<unknown>>
  /** Whether the code has ended. */
  hasEnded(): boolean
  /** Fails the run with an error that its code cannot catch. */
  failRun(error: Error): void
  /** The last `step.restart` of the run. Absent: there was none. */
  readonly restarted?: RestartRecord
  /** Ends the code with a request to begin the run again. */
  restart(request: RestartRequest): void
}

/** Creates the `step` object of a workflow's code. It checks and numbers the calls. */
export function createSteps(replay: StepsOptions): Steps {
  const { definition, envelope } = replay
  const counts = new Map<string, { kind: StepKind; count: number }>()
  const keys = new Set<string>()
  const received = new ReceivedEvents(replay.restarted?.got)
  const waiting = { trigger: envelope, jobId: replay.jobId, ...(replay.restarted && { restarted: replay.restarted }) }
  /** Each change of the code is decided once in a run. */
  const patches = new Map<string, Promise<unknown>>()
  let calls = 0

  const checkPlace = (createError: ReturnType<typeof stepErrorFactory>): void => {
    const outer = enclosingStep(replay.replayToken)
    if (outer !== undefined) {
      throw createError(
        `is called inside the step \`${outer}\``,
        'Call it outside: the work of a step cannot contain steps.',
      )
    }
    if (replay.hasEnded())
      throw createError('is called after the run has ended', 'Await every step before `steps` returns.')
  }

  /** Returns the key of a call, or `undefined` if the call fails the run. */
  const keyFor = (id: string, kind: StepKind): string | undefined => {
    // Counted before any check, so that a loop that catches all errors also ends.
    if (++calls > definition.maxSteps) {
      replay.failRun(
        new TooManyStepsError({
          definitionId: definition.id,
          stepId: textOf(id),
          maxSteps: definition.maxSteps,
        }),
      )
      return undefined
    }
    const createError = stepErrorFactory(definition, id)
    checkPlace(createError)
    const known = counts.get(id)
    if (known && known.kind !== kind) {
      throw createError(`has the id of a \`${known.kind}\``, 'Give each step its own id.')
    }
    const count = (known?.count ?? 0) + 1
    counts.set(id, { kind, count })
    const key = count === 1 ? id : `${id}#${count}`
    keys.add(key)
    return key
  }

  /** Prevents an unhandled rejection if the code does not await a failed step. */
  const handled = <T>(promise: Promise<T>): Promise<T> => {
    void Promise.prototype.then.call(promise, undefined, () => undefined) // not `promise.catch`, which counts as a use
    return promise
  }
  const opened = (key: string, performed: Promise<unknown>): Promise<unknown> => {
    const promise = StepPromise.of(performed)
    replay.open.set(key, promise)
    const ended = (): void => void replay.open.delete(key)
    performed.then(ended, ended)
    return promise
  }
  const perform = (id: string, kind: StepKind, toCall: (key: string) => StepCall): Promise<unknown> => {
    try {
      const key = keyFor(id, kind)
      if (key === undefined) return new Promise<never>(() => undefined)
      const call = toCall(key)
      const performed = replay.perform(call)
      return call.kind === 'waitForEvent' ? performed : opened(key, performed)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** Returns the client of the run's tenant. Only the platform may send for a tenant that the payload names. */
  const sender = (id: string, payload: unknown) => {
    const { client } = replay
    if (client && envelope.tenantId !== systemTenantId) return client.forTenant(envelope.tenantId)
    const { tenantId = systemTenantId } = (payload ?? {}) as { tenantId?: unknown }
    if (client) return tenantId === systemTenantId ? client.forSystem() : client
    throw new InvalidStepError({
      definitionId: definition.id,
      stepId: id,
      problem: 'has no client to send with',
      remedy: 'The host that runs the workflow must pass one.',
    })
  }
  const send = (id: string, target: JobEvent | OwnEvent, payload: unknown, options: StepSendOptions | undefined) => {
    const sendOnce = ({ idempotencyKey }: StepContext) => {
      const all: SendOptions = { ...options, idempotencyKey }
      return sender(id, payload).sendJob(target, payload as never, all)
    }
    const event = ((target as OwnEvent | undefined)?.event ?? target) as JobEvent
    return { sendOnce, send: { event, payload, options: options ?? {} } }
  }

  const restart = async (payload: unknown): Promise<never> => {
    checkPlace(stepErrorFactory(definition, 'restart'))
    const since = replay.restarted?.at ?? envelope.sentAt
    replay.restart(new RestartRequest(payload, since, received.toRemember(since)))
    return new Promise(() => undefined)
  }

  /** Returns a copy of the event, parsed by its schema. */
  const read = async (event: JobEvent, { id, payload, sentAt }: AwaitedEvent): Promise<EventMessage> => {
    received.add(event, { id, sentAt })
    const { tenantId } = envelope
    return readEvent({ v: 1, id, event, tenantId, payload, sentAt }, event, id, eventRegistryOf(definition))
  }

  const readSignal = async ({ name }: Signal, awaited: AwaitedEvent): Promise<unknown> => {
    const { payload } = await read(signalEventOf(name) as JobEvent, awaited)
    return (payload as unknown as SignalPayload).payload
  }

  const steps: Steps = {
    run: (id, work, options) =>
      handled(
        perform(id, 'run', (key) => ({ kind: 'run', key, ...checkWork(definition, id, work, options) })),
      ) as never,
    sleep: (id, duration) =>
      handled(
        perform(id, 'sleep', (key) => ({ kind: 'sleep', key, durationMs: durationOf(definition, id, duration) })),
      ) as Promise<void>,
    sleepUntil: (id, instant) =>
      handled(
        perform(id, 'sleepUntil', (key) => ({ kind: 'sleepUntil', key, until: instantOf(definition, id, instant) })),
      ) as Promise<void>,
    waitForEvent: (id, event, options) =>
      handled(
        perform(id, 'waitForEvent', (key) => ({
          kind: 'waitForEvent',
          key,
          ...checkEventWait(definition, id, event, options, {
            ...waiting,
            hasCalled: (other) => other !== key && keys.has(other),
          }),
        })).then((awaited) => (awaited ? read(event, awaited as AwaitedEvent) : null)),
      ) as never,
    waitForSignal: (id, signal, options) =>
      handled(
        perform(id, 'waitForSignal', (key) => ({
          kind: 'waitForEvent',
          key,
          ...checkSignalWait(definition, id, signal, options, waiting),
        })).then((awaited) => (awaited ? readSignal(signal, awaited as AwaitedEvent) : null)),
      ) as never,
    sendEvent: (id, event, payload, options) =>
      handled(
        perform(id, 'sendEvent', (key) => {
          const { sendOnce, ...sent } = send(id, event, payload, options)
          return { kind: 'sendEvent', key, ...checkWork(definition, id, sendOnce, undefined, options), ...sent }
        }),
      ) as never,
    patched: (id) => {
      const known = patches.get(id)
      if (known) return known as Promise<boolean>
      const asked = handled(perform(id, 'patched', (key) => ({ kind: 'patched', key })))
      patches.set(id, asked)
      return asked as Promise<boolean>
    },
    runJob: (id, job, payload, options) =>
      handled(
        perform(id, 'runJob', (key) => {
          const { event, id: definitionId } = checkJobStep(definition, id, job)
          const { sendOnce, ...sent } = send(id, event, payload, options)
          const work = async (context: StepContext) => (await sendOnce(context)).id
          const checked = checkWork(definition, id, work, undefined, options)
          return { kind: 'runJob', key, ...checked, ...sent, definitionId }
        }),
      ) as never,
    restart: (payload) => handled(restart(payload)),
  }
  return Object.freeze(steps)
}
