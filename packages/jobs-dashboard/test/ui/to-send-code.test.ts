import { expect, test } from 'vitest'

import type { JobJson } from '../../src/api-types.ts'
import { toSendCode } from '../../ui/src/job/to-send-code.ts'

const job: JobJson = {
  id: 'j',
  event: 'order.placed',
  tenantId: 'acme',
  references: ['order_1'],
  state: 'completed',
  createdAt: '2030-01-01T00:00:00.000Z',
  payload: { kind: 'json', bytes: 30, json: { orderId: 'order_1', 'a-b': '"x": 1\n"y": `2`' } },
  runs: [],
}

test('a job is copied as the code that sends it again', () => {
  expect(toSendCode(job)).toBe(`await sendJob("order.placed", {
  orderId: "order_1",
  "a-b": "\\"x\\": 1\\n\\"y\\": \`2\`"
}, {
  reference: [
    "order_1"
  ]
})
`)
})

test('a job without an event is sent by its definition', () => {
  expect(toSendCode({ ...job, event: 'job/resize', payload: { kind: 'json', bytes: 2, json: {} } })).toContain(
    '// `definition` is the job "resize"\nawait sendJob(definition, {}',
  )
})
