import type { Envelope } from '../../src/events/envelope.ts'
import type { BatchContext, BatchEvent, BatchJobDefinition } from '../../src/jobs/batch-job-definition.ts'
import { defineBatchJob } from '../../src/jobs/define-batch-job.ts'
import type { LoggerLike } from '../../src/logging/logger.ts'
import type { Outcome } from '../../src/hooks/outcome.ts'
import { startBatch } from '../../src/runs/start-batch.ts'
import { attemptOptions, type AttemptSetting, orderEnvelope } from './attempt-kit.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'
import { createMemoryLogger, type LoggedLine } from './memory-logger.ts'

export type BatchHandler = (
  events: readonly BatchEvent<'order.created'>[],
  context: BatchContext<'order.created'>,
) => unknown
type Options = Omit<Parameters<typeof defineBatchJob<'order.created', unknown>>[0], 'id' | 'handler'>

/** Defines a batch job on `order.created` with the id `import-orders`. */
export function batchJob(handler: BatchHandler, options: Partial<Options> = {}): BatchJobDefinition {
  return defineBatchJob({
    id: 'import-orders',
    event: 'order.created',
    maxSize: 10,
    maxWait: '1s',
    retry: { maxAttempts: 3, backoff: 'fixed', initialDelay: 1000 },
    handler: handler as never,
    ...options,
  }) as unknown as BatchJobDefinition
}

/** The differences of an event from the usual one. */
export interface BatchKitItem {
  readonly envelope?: Partial<Envelope>
  readonly options?: AttemptSetting
}

/** Runs batches as an engine does, under the control of a test. */
export interface BatchKit {
  readonly clock: ManualClock
  readonly logger: LoggerLike
  readonly lines: LoggedLine[]
  /** The controllers of the events. Abort one to cancel its run. */
  readonly controllers: AbortController[]
  /** The handlers that were left running. */
  readonly leftRunning: Promise<unknown>[]
  /** Runs a batch of the orders `order_1`, `order_2`, … Resolves with the outcome of each. */
  run(definition: BatchJobDefinition, items: readonly BatchKitItem[]): Promise<Outcome[]>
}

export function createBatchKit(): BatchKit {
  const clock = createManualClock()
  const { logger, lines } = createMemoryLogger()
  const controllers: AbortController[] = []
  const leftRunning: Promise<unknown>[] = []

  const toItem = ({ envelope, options }: BatchKitItem, index: number, ended: (outcome: Outcome) => void) => {
    const number = index + 1
    const payload = { tenantId: 'acme', orderId: `order_${number}` }
    const controller = (controllers[index] = new AbortController())
    return {
      envelope: orderEnvelope({ id: `envelope_${number}`, payload, ...envelope }),
      options: attemptOptions({
        ...{ jobId: `job_${number}`, runId: `run_${number}`, signal: controller.signal, clock, logger },
        onLeftRunning: (handler: Promise<unknown>) => void leftRunning.push(handler),
        ...options,
      }),
      receiver: { ended },
    }
  }

  return {
    clock,
    logger,
    lines,
    controllers,
    leftRunning,
    run: (definition, items) =>
      new Promise((resolve) => {
        const outcomes: Outcome[] = []
        const ended = (index: number) => (outcome: Outcome) => {
          outcomes[index] = outcome
          if (Object.keys(outcomes).length === items.length) resolve(outcomes)
        }
        const started = items.map((item, index) => toItem(item, index, ended(index)))
        startBatch(definition, started)
      }),
  }
}
