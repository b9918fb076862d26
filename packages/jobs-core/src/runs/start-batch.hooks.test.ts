import { beforeEach, describe, expect, test } from 'vitest'

import { batchJob, type BatchKit, createBatchKit } from '../../test/kit/batch-kit.ts'

let kit: BatchKit
beforeEach(() => {
  kit = createBatchKit()
})

describe('hooks and middleware', () => {
  test('hooks are called for each event', async () => {
    const called: string[] = []
    const note =
      (hook: string) =>
      ({ runId }: { runId: string }) =>
        void called.push(`${hook} ${runId}`)
    const hooks = { onAttemptStart: note('start'), onAttemptEnd: note('end'), onRunEnd: note('run end') }
    const definition = batchJob((events, context) => context.fail(events[1]!, new Error('Again')))
    await kit.run(definition, [{ options: { hooks } }, { options: { hooks } }])
    expect(called).toEqual(['start run_1', 'start run_2', 'end run_1', 'run end run_1', 'end run_2'])
  })

  test('middleware wraps the call once, knows all events and can replace the result', async () => {
    const seen: unknown[] = []
    const definition = batchJob((events) => events.map(({ id }) => id), {
      middleware: [
        async (attempt, next) => {
          seen.push([attempt.work, attempt.runId, attempt.batch?.map(({ runId }) => runId)])
          return ((await next()) as string[]).map((output) => `${output}!`)
        },
      ],
    })
    expect(await kit.run(definition, [{}, {}])).toMatchObject([{ output: 'job_1!' }, { output: 'job_2!' }])
    expect(seen).toEqual([['handler', 'run_1', ['run_1', 'run_2']]])
  })

  test('an error of middleware fails all events', async () => {
    const definition = batchJob(() => undefined, {
      middleware: [
        async () => {
          throw new Error('No connection')
        },
      ],
    })
    expect(await kit.run(definition, [{}, {}])).toMatchObject([{ type: 'retry' }, { type: 'retry' }])
  })
})
