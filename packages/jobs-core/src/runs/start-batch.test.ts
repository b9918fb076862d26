import { beforeEach, describe, expect, test } from 'vitest'

import { attemptOptions, orderEnvelope } from '../../test/kit/attempt-kit.ts'
import { batchJob, type BatchKit, type BatchKitItem, createBatchKit } from '../../test/kit/batch-kit.ts'
import { NonRetryableError } from '../errors/non-retryable-error.ts'
import { RetryAfterError } from '../retry/retry-after-error.ts'
import type { Outcome } from '../hooks/outcome.ts'
import { runAttempt } from '../provider/run-attempt.ts'

let kit: BatchKit
beforeEach(() => {
  kit = createBatchKit()
})

const three: BatchKitItem[] = [{}, {}, {}]
const typesOf = (outcomes: readonly Outcome[]): string[] => outcomes.map(({ type }) => type)

describe('a batch', () => {
  test('is one call with the events in order, and facts about the run of each', async () => {
    const calls: unknown[] = []
    const definition = batchJob((events, context) => {
      calls.push(
        events.map(({ id, runId, attempt, maxAttempts, payload }) => [
          id,
          runId,
          attempt,
          maxAttempts,
          payload.orderId,
        ]),
      )
      context.logger.info('Importing')
      return events.map(({ payload }) => payload.orderId)
    })
    const outcomes = await kit.run(definition, [{}, { options: { attempt: 2 } }])
    expect(calls).toEqual([
      [
        ['job_1', 'run_1', 1, 3, 'order_1'],
        ['job_2', 'run_2', 2, 3, 'order_2'],
      ],
    ])
    expect(outcomes).toEqual([
      { type: 'completed', output: 'order_1' },
      { type: 'completed', output: 'order_2' },
    ])
    const written = kit.lines.find(({ message }) => message === 'Importing')
    expect(written?.fields).toEqual({ tenantId: 'acme', definitionId: 'import-orders', events: 2 })
  })

  test('completes without outputs if the handler returns nothing', async () => {
    expect(
      await kit.run(
        batchJob(() => undefined),
        three,
      ),
    ).toEqual(three.map(() => ({ type: 'completed' })))
  })

  test('of one is what `runAttempt` makes of a batch job', async () => {
    const options = attemptOptions({ clock: kit.clock, logger: kit.logger })
    const definition = batchJob((events) => events.map(({ id }) => id))
    expect(await runAttempt(definition, orderEnvelope(), options)).toEqual({ type: 'completed', output: 'job_1' })
  })
})

describe('failures', () => {
  test('an error of the handler fails all events, each by its own count', async () => {
    const definition = batchJob(() => {
      throw new Error('The API is down')
    })
    const outcomes = await kit.run(definition, [{}, { options: { attempt: 3 } }, { envelope: { maxAttempts: 1 } }])
    expect(typesOf(outcomes)).toEqual(['retry', 'failed', 'failed'])
    expect(outcomes[0]).toMatchObject({ afterMs: 1000, error: { message: 'The API is down' } })
  })

  test('`fail` fails one event, and its first error counts', async () => {
    const definition = batchJob(async (events, context) => {
      context.fail(events[1]!, new Error('Refused'))
      context.fail(events[1]!, new Error('Too late'))
      return events.map(({ id }) => id)
    })
    expect(await kit.run(definition, three)).toMatchObject([
      { type: 'completed', output: 'job_1' },
      { type: 'retry', error: { message: 'Refused' } },
      { type: 'completed', output: 'job_3' },
    ])
  })

  test('`NonRetryableError` and `RetryAfterError` hold for one event', async () => {
    const definition = batchJob((events, context) => {
      context.fail(events[0]!, new NonRetryableError('Unknown order'))
      context.fail(events[1]!, new RetryAfterError('Busy', '7s'))
    })
    expect(await kit.run(definition, three)).toMatchObject([
      { type: 'failed', error: { message: 'Unknown order' } },
      { type: 'retry', afterMs: 7000 },
      { type: 'completed' },
    ])
  })

  test('an event that failed keeps its error if the handler throws later', async () => {
    const definition = batchJob((events, context) => {
      context.fail(events[0]!, new Error('Own'))
      throw new Error('All')
    })
    const outcomes = await kit.run(definition, [{}, {}])
    expect(outcomes.map((outcome) => outcome.type === 'retry' && outcome.error.message)).toEqual(['Own', 'All'])
  })

  test('a call of `fail` after the handler has returned is logged, because it comes too late', async () => {
    let failLate = (): void => undefined
    const definition = batchJob((events, context) => {
      failLate = () => context.fail(events[0]!, new Error('Refused'))
    })
    expect(await kit.run(definition, [{}])).toMatchObject([{ type: 'completed' }])
    failLate()
    expect(kit.lines.at(-1)).toMatchObject({
      level: 'error',
      message: expect.stringContaining('Await all work in the handler.'),
      fields: { jobId: 'job_1', error: { message: 'Refused' } },
    })
  })

  test('`fail` rejects what is no event of the batch', async () => {
    const definition = batchJob((events, context) => context.fail({ ...events[0]!, id: 'job_9' }, new Error('Which?')))
    expect(await kit.run(definition, [{}])).toMatchObject([
      { type: 'retry', error: { code: 'invalid_option', message: expect.stringContaining('not one of the 1 events') } },
    ])
  })

  test.each<[returned: unknown, problem: string]>([
    [[1], 'an array of 1 for a batch of 2'],
    [{ batchItemFailures: [] }, 'an object'],
    [true, 'a boolean'],
  ])('a handler that returns %o fails all events for good', async (returned, problem) => {
    const outcomes = await kit.run(
      batchJob(() => returned),
      [{}, {}],
    )
    expect(typesOf(outcomes)).toEqual(['failed', 'failed'])
    expect(outcomes[0]).toMatchObject({
      error: { message: expect.stringContaining(`returned ${problem}. Return one`) },
    })
  })

  test('an output that is not JSON fails its event only', async () => {
    const outcomes = await kit.run(
      batchJob(() => [1, () => 1, 3]),
      three,
    )
    expect(typesOf(outcomes)).toEqual(['completed', 'failed', 'completed'])
  })

  test('an output that is a returned error fails its event only', async () => {
    const definition = batchJob(() => [{ ok: true }, { ok: false, error: 'Refused' }], { returnedErrors: true })
    expect(await kit.run(definition, [{}, {}])).toMatchObject([{ type: 'completed' }, { type: 'retry' }])
  })

  test('an invalid payload fails its event only, and the handler does not get it', async () => {
    const got: string[] = []
    const definition = batchJob((events) => void got.push(...events.map(({ id }) => id)))
    const outcomes = await kit.run(definition, [{}, { envelope: { payload: { tenantId: 'acme' } } }, {}])
    expect(typesOf(outcomes)).toEqual(['completed', 'failed', 'completed'])
    expect(got).toEqual(['job_1', 'job_3'])
  })

  test('the handler is not called if no event is valid', async () => {
    const definition = batchJob(() => expect.unreachable())
    expect(typesOf(await kit.run(definition, [{ envelope: { payload: { tenantId: 'acme' } } }]))).toEqual(['failed'])
  })

  test('a run whose attempts are used up fails alone', async () => {
    const outcomes = await kit.run(
      batchJob(() => undefined),
      [{ options: { attempt: 4 } }, {}],
    )
    expect(outcomes).toMatchObject([{ type: 'failed', error: { code: 'attempts_exhausted' } }, { type: 'completed' }])
  })

  test('`onFailure` is called for each event that failed', async () => {
    const reported: unknown[] = []
    const definition = batchJob((events, context) => context.fail(events[1]!, new NonRetryableError('No')), {
      onFailure: (error, event, context) => void reported.push([error.message, event.id, context.runId]),
    })
    await kit.run(definition, three)
    expect(reported).toEqual([['No', 'job_2', 'run_2']])
  })
})
