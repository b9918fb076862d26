import { InngestSpanProcessor } from 'inngest/experimental'
import { describe, expect, test } from 'vitest'

import { openInngest } from './kit/open-inngest.ts'
import { weighParcel } from './kit/shop.ts'
import { ancestryOf } from './kit/span-tree.ts'

/** The attribute of the spans that the SDK of Inngest exports to Inngest. */
const exported = 'inngest.traceparent'

describe.each([true, false])("Inngest's extended traces, with our instrumentation: %s", (isInstrumented) => {
  test('the spans of a handler are in the trace of Inngest, and are exported to it', async () => {
    const { client, until, spans, close } = await openInngest({
      jobs: [weighParcel],
      isInstrumented,
      processor: (inngest) => new InngestSpanProcessor(inngest) as never, // its types are those of an older SDK
    })
    const { id } = await client.sendJob('shop.counted', { tenantId: 'acme', orderId: 'order_1' })
    await client.waitForJob(id)
    await until(() => spans().some(({ name }) => name === 'inngest.execution'))
    await close()
    const attempt = isInstrumented ? ['process weigh-parcel'] : []
    const weigh = spans().find(({ name }) => name === 'weigh')!
    expect(ancestryOf(weigh, spans())).toEqual(['weigh', ...attempt, 'inngest.execution'])
    const inTrace = spans().filter(({ context }) => context.traceId === weigh.context.traceId)
    expect(inTrace.map(({ name }) => name)).toEqual(['inngest.execution', ...attempt, 'weigh'])
    expect(inTrace.filter(({ attributes }) => attributes[exported] === undefined)).toEqual([])
  })
})
