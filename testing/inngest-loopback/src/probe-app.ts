import { type InngestFunction, NonRetriableError, RetryAfterError } from 'inngest'
import type { AppDependencies } from './open-loopback.ts'

const returned: Record<string, unknown> = {
  undef: undefined,
  null: null,
  string: 'str',
  number: 7,
  bool: false,
  array: [1, { a: 2 }],
  emptyobj: {},
  dataobj: { data: 5 },
  errobj: { error: { message: 'not an error' } },
  'empty-string': '',
}

/** Creates the functions whose runs on the real server are recorded in `recorded-responses.json`. */
export function createProbeApp({ client, clock, pause }: AppDependencies): InngestFunction.Any[] {
  const define = (id: string, event: string, handler: Parameters<typeof client.createFunction>[1], options = {}) =>
    client.createFunction({ id, triggers: [{ event }], ...options }, handler)

  return [
    define(
      'ok',
      'probe/ok',
      async ({ event, step, runId, attempt }) => {
        await pause(2500)
        const x = await step.run('first', () => ({ n: 1, list: [1, 'two', null] }))
        await pause(500)
        return { hello: event.data, x, runId, attempt }
      },
      { name: 'Probe: OK' },
    ),
    define('flaky', 'probe/flaky', async ({ attempt }) => {
      await pause(600)
      if (attempt < 2) throw new RetryAfterError(`not yet (attempt ${attempt})`, new Date(clock.now() + 5000))
      return { done: true, attempt }
    }),
    define('flaky-step', 'probe/flaky-step', async ({ step, attempt }) => {
      const r = await step.run('wobble', async () => {
        if (attempt < 2) throw new RetryAfterError('step not yet', new Date(clock.now() + 4000))
        return 'stepped'
      })
      return { r, attempt }
    }),
    define('fail', 'probe/fail', async () => {
      throw new NonRetriableError('boom for good', { cause: new Error('the cause') })
    }),
    define('sleeper', 'probe/sleep', async ({ step }) => {
      await step.sleep('nap', '10m')
      return 1
    }),
    define(
      'one-at-a-time',
      'probe/queue',
      async () => {
        await pause(6000)
        return 'slot'
      },
      { concurrency: 1 },
    ),
    ...Object.entries(returned).map(([name, value]) => define(`ret-${name}`, 'probe/ret', async () => value)),
    define('delayed', 'probe/delayed', async () => 'late'),
    client.createFunction({ id: 'cronned', triggers: [{ cron: '*/1 * * * *' }] }, async ({ event }) => ({
      cron: event.data,
    })),
  ]
}
