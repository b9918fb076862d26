import { afterAll, beforeAll, expect, test } from 'vitest'

import { describeTrees } from './kit/describe-trees.ts'
import { treeOf } from './kit/tree-cases.ts'
import type { RecordedSpan } from './kit/recorded-span.ts'
import { ancestryOf } from './kit/span-tree.ts'
import { startTrigger, type TriggerWorker } from './kit/open-trigger.ts'

let worker: TriggerWorker
beforeAll(async () => {
  worker = await startTrigger()
}, 800_000)
afterAll(() => worker?.close())

describeTrees({
  name: 'Trigger.dev',
  open: async () => worker.open(),
  // The SDK of Trigger.dev keeps two links of a span.
  trees: { ticks: treeOf('ticks').map((line) => line.replace(/(<- \S+ \S+, \S+ \S+),.*/, '$1')) },
  omitted: {
    batch: 'Trigger.dev has no batch handlers',
    nested: 'the worker has one set of options; see trigger-nested.test.ts',
    resumesNested: 'the worker has one set of options',
  },
})

test('the spans of a handler are in the trace of Trigger.dev, as those of a task without this library are', async () => {
  const { client, raw, until, spans, close } = worker.open()
  const named = (name: string) => spans().filter((span) => span.name === name)
  const ancestries = (): string[][] => named('weigh').map((span) => ancestryOf(span, spans()))
  const ended = (): number => ancestries().filter((names) => names.at(-1) === 'Attempt 1').length
  await raw.tasks.trigger('plain', {})
  await until(() => ended() === 1)
  await client.sendJob('shop.counted', { tenantId: 'acme', orderId: 'order_1' })
  expect(named('send shop.counted')[0]!.attributes['server.address']).toBe('127.0.0.1')
  await until(() => ended() === 2)
  await close()
  const [plain, ours] = ancestries()
  expect(plain).toEqual(['weigh', 'run()', 'Attempt 1'])
  expect(ours).toEqual(['weigh', 'process weigh-parcel', 'run()', 'Attempt 1'])
  const traceOf = (span: RecordedSpan) => spans().filter(({ context }) => context.traceId === span.context.traceId)
  // The worker flushes metadata in intervals, so a slow run also has this span.
  const inTraces = named('weigh').map((span) =>
    traceOf(span).flatMap(({ name }) => (name === 'metadata.flush()' ? [] : [name])),
  )
  expect(inTraces[1]!.filter((name) => name !== 'process weigh-parcel')).toEqual(inTraces[0])
  expect(inTraces[1]).toHaveLength(inTraces[0]!.length + 1)
})
