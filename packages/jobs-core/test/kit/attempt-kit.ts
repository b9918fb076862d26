import { createClient } from '../../src/client/create-client.ts'
import type { JobClient } from '../../src/client/job-client.ts'
import type { Envelope } from '../../src/events/envelope.ts'
import { defineJob } from '../../src/jobs/define-job.ts'
import { createJobRegistry } from '../../src/jobs/job-registry.ts'
import type { JobContext } from '../../src/jobs/job-context.ts'
import type { EventMessage } from '../../src/jobs/event-message.ts'
import type { Definition } from '../../src/jobs/definition.ts'
import type { Outcome } from '../../src/hooks/outcome.ts'
import type { AttemptOptions } from '../../src/runs/attempt.ts'
import type { AttemptHost } from '../../src/runs/job-host.ts'
import { runAttempt } from '../../src/provider/run-attempt.ts'
import { createFakeProvider } from './fake-provider.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'
import { createMemoryLogger, type LoggedLine } from './memory-logger.ts'

export type OrderHandler = (event: EventMessage<'order.created'>, context: JobContext) => unknown
type OrderJobOptions = Omit<Parameters<typeof defineJob<'order.created', unknown>>[0], 'id' | 'event' | 'handler'>

/** Defines a job on `order.created` with the id `process-order`. */
export function orderJob(handler: OrderHandler, options: OrderJobOptions = {}): Definition {
  return defineJob({ id: 'process-order', event: 'order.created', handler, ...options }) as unknown as Definition
}

/** Creates an envelope of an order of tenant `acme`. */
export function orderEnvelope(more: Partial<Envelope> = {}): Envelope {
  return {
    v: 1,
    id: 'envelope_1',
    event: 'order.created',
    tenantId: 'acme',
    payload: { tenantId: 'acme', orderId: 'order_1' },
    sentAt: Date.parse('2026-03-01T11:59:00Z'),
    ...more,
  }
}

/** Returns a client that sends to a new fake provider. */
export function fakeClient(): JobClient {
  return createClient({ load: () => createFakeProvider() })
}

/** Changes of a test to the host of its attempt, or to its facts. */
export type AttemptSetting = Partial<Omit<AttemptOptions, 'host'> & AttemptHost>

/** Returns the options of an attempt: those of the setting, otherwise the usual ones. */
export function attemptOptions(setting: AttemptSetting & Pick<AttemptHost, 'clock' | 'logger'>): AttemptOptions {
  const none = { hooks: undefined, middleware: undefined, instrument: undefined, returnedErrors: undefined }
  return {
    jobId: 'job_1',
    runId: 'run_1',
    attempt: 1,
    retriedAt: undefined,
    signal: new AbortController().signal,
    onLeftRunning: undefined,
    ...setting,
    host: {
      ...none,
      jobs: createJobRegistry(),
      client: fakeClient(),
      limits: { provider: 'fake', minRetryDelayMs: 0 },
      random: () => 0,
      ...setting,
    },
  }
}

/** Runs attempts as an engine does, under the control of a test. */
export interface AttemptKit {
  readonly clock: ManualClock
  readonly lines: LoggedLine[]
  /** The host's controller. Abort it to cancel or to shut down. */
  readonly controller: AbortController
  /** Runs an attempt of a definition. */
  run(definition: Definition, envelope?: Envelope, more?: AttemptSetting): Promise<Outcome>
}

export function createAttemptKit(): AttemptKit {
  const clock = createManualClock()
  const { logger, lines } = createMemoryLogger()
  const controller = new AbortController()
  return {
    clock,
    lines,
    controller,
    run: (definition, envelope = orderEnvelope(), more) =>
      runAttempt(definition, envelope, attemptOptions({ signal: controller.signal, clock, logger, ...more })),
  }
}
