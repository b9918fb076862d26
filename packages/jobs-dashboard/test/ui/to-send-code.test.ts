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

test('text of a job cannot reorder, hide or end the code around it', () => {
  const json = { '\u202ea\u2066': '\u200b\u2028\u0085\u{e0041}\ufe0f' }
  const code = toSendCode({ ...job, event: 'job/\u2028alert(1)', payload: { kind: 'json', bytes: 1, json } })
  expect(code).not.toMatch(/[^\n\u0020-\u007e]/)
  expect(code).toContain(String.raw`"\u{202e}a\u{2066}": "\u{200b}\u{2028}\u{85}\u{e0041}\u{fe0f}"`)
})
