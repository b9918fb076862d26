import type { JobClient } from '../client/job-client.ts'
import type { SendOptions } from '../client/send-options.ts'
import { InvalidStepError } from '../errors/invalid-step-error.ts'
import { TooManyStepsError } from '../errors/too-many-steps-error.ts'
import type { Envelope } from '../events/envelope.ts'
import type { JobEvent } from '../events/job-events.ts'
import type { Json } from '../events/json.ts'
import type { EventMessage } from '../jobs/event-message.ts'
import { readEvent } from '../runs/read-event.ts'
import { checkJobStep, checkEventWait, checkWork, durationOf, instantOf, stepErrorFactory } from './check-step.ts'
import { enclosingStep } from './inside-step.ts'
import type { AwaitedEvent, StepCall, StepKind } from './step-call.ts'
import type { StepContext, StepSendOptions, Steps, WorkflowDefinition } from './steps.ts'

/** What the steps of one run of the code stand on. */
export interface StepsOptions {
  /** Tells one run of the code from another. */
  readonly replayToken: object
  readonly definition: WorkflowDefinition
  /** The one that began the run. */
  readonly envelope: Pick<Envelope, 'payload' | 'tenantId'>
  /** What steps send through. */
  readonly client: JobClient | undefined
  /** Does a step: settles as it does, or never where the code goes no further now. */
  perform(call: StepCall): Promise<Json | undefined>
  /** True once the code has ended. */
  hasEnded(): boolean
  /** Ends the run, for a reason that its code cannot catch. */
  failRun(error: Error): void
}

/** The `step` that a workflow's code is given: it checks and numbers the calls, and hands them on. */
export function createSteps(parts: StepsOptions): Steps {
  const { definition, envelope } = parts
  const counts = new Map<string, { kind: StepKind; count: number }>()
  let made = 0

  /** Numbers a call; never answers where that ends the run. */
  const keyFor = (id: string, kind: StepKind): string | undefined => {
    // Counted before anything is refused: a loop that catches all errors comes to its end, too.
    if (++made > definition.maxSteps) {
      parts.failRun(
        new TooManyStepsError({ definitionId: definition.id, stepId: String(id), maxSteps: definition.maxSteps }),
      )
      return undefined
    }
    const fault = stepErrorFactory(definition, id)
    const outer = enclosingStep(parts.replayToken)
    if (outer !== undefined) {
      throw fault(
        `is called inside of the step \`${outer}\``,
        'Call it beside that one: a step holds plain work alone.',
      )
    }
    if (parts.hasEnded()) throw fault('is called after the run has ended', 'Await every step before `steps` returns.')
    const known = counts.get(id)
    if (known && known.kind !== kind) {
      throw fault(`has the id of a \`${known.kind}\``, 'Give each step an id of its own.')
    }
    const count = (known?.count ?? 0) + 1
    counts.set(id, { kind, count })
    return count === 1 ? id : `${id}#${count}`
  }

  /** A step that failed and that nobody awaits is no reason for the process to end. */
  const guarded = <T>(promise: Promise<T>): Promise<T> => {
    promise.catch(() => undefined)
    return promise
  }
  const perform = (id: string, kind: StepKind, toCall: (key: string) => StepCall): Promise<unknown> => {
    try {
      const key = keyFor(id, kind)
      return key === undefined ? new Promise<never>(() => undefined) : parts.perform(toCall(key))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  const sender = (id: string) => {
    if (parts.client) return parts.client.forTenant(envelope.tenantId)
    throw new InvalidStepError({
      definitionId: definition.id,
      stepId: id,
      problem: 'has no client to send through',
      remedy: 'The host that runs the workflow gives one.',
    })
  }
  const send = (id: string, event: JobEvent, payload: unknown, options: StepSendOptions | undefined) => {
    const sendOnce = ({ idempotencyKey }: StepContext) => {
      const all: SendOptions = { ...options, idempotencyKey }
      return sender(id).sendJob(event, payload as never, all)
    }
    return { sendOnce, send: { event, payload, options: options ?? {} } }
  }

  const steps: Steps = {
    run: (id, work, options) =>
      guarded(
        perform(id, 'run', (key) => ({ kind: 'run', key, ...checkWork(definition, id, work, options) })),
      ) as never,
    sleep: (id, duration) =>
      guarded(
        perform(id, 'sleep', (key) => ({ kind: 'sleep', key, durationMs: durationOf(definition, id, duration) })),
      ) as Promise<void>,
    sleepUntil: (id, instant) =>
      guarded(
        perform(id, 'sleepUntil', (key) => ({ kind: 'sleepUntil', key, until: instantOf(definition, id, instant) })),
      ) as Promise<void>,
    waitForEvent: (id, event, options) =>
      guarded(
        perform(id, 'waitForEvent', (key) => ({
          kind: 'waitForEvent',
          key,
          ...checkEventWait(definition, id, event, options, envelope.payload),
        })).then((awaited) => (awaited ? toMessage(event, envelope.tenantId, awaited as AwaitedEvent) : null)),
      ) as never,
    sendEvent: (id, event, payload, options) =>
      guarded(
        perform(id, 'sendEvent', (key) => {
          const { sendOnce, ...sent } = send(id, event, payload, options)
          return { kind: 'sendEvent', key, ...checkWork(definition, id, sendOnce, undefined, options), ...sent }
        }),
      ) as never,
    runJob: (id, job, payload, options) =>
      guarded(
        perform(id, 'runJob', (key) => {
          const { event, id: definitionId } = checkJobStep(definition, id, job)
          const { sendOnce, ...sent } = send(id, event, payload, options)
          const work = async (context: StepContext) => (await sendOnce(context)).id
          const checked = checkWork(definition, id, work, undefined, options)
          return { kind: 'runJob', key, ...checked, ...sent, definitionId }
        }),
      ) as never,
  }
  return Object.freeze(steps)
}

/** What the code gets is a copy of its own, read by the event's schema. */
async function toMessage(event: JobEvent, tenantId: string, awaited: AwaitedEvent): Promise<EventMessage> {
  const { id, payload, sentAt } = awaited
  return readEvent({ v: 1, id, event, tenantId, payload, sentAt }, id)
}
