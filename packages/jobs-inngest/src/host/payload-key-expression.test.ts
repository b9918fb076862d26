import { compileExpression } from '@cgk-platform/inngest-loopback'
import { payloadKeyOf } from '@cgk-platform/jobs-core/scheduling'
import { expect, test } from 'vitest'

import { recordedExpressions } from '../../test/fixtures/recorded-expressions.ts'
import { payloadKeyExpression } from './payload-key-expression.ts'

const recorded = recordedExpressions.flatMap(({ path, expression, texts }) =>
  texts.map(({ data, text }) => ({ path, expression, data, text })),
)

test('is the recorded one', () => {
  for (const { path, expression } of recordedExpressions) expect(payloadKeyExpression(path)).toBe(expression)
})

test("has equal texts on Inngest's server for equal keys of a tenant only", () => {
  const seen = new Map<string, string>()
  for (const { path, data, text } of recorded) {
    const key = JSON.stringify([data.tenantId, payloadKeyOf(data, path)])
    expect(seen.get(`${path} ${text}`) ?? key).toBe(key)
    seen.set(`${path} ${text}`, key)
  }
  for (const { path } of recordedExpressions) {
    const texts = recorded.filter((one) => one.path === path).map(({ text }) => text)
    const keys = recorded
      .filter((one) => one.path === path)
      .map(({ data }) => JSON.stringify([data.tenantId, payloadKeyOf(data, path)]))
    expect(new Set(texts).size).toBe(new Set(keys).size)
  }
})

test('has the recorded texts on the loopback engine', () => {
  for (const { expression, data, text } of recorded) {
    expect([data, compileExpression(expression)({ event: { data } })]).toEqual([data, text])
  }
})

test('is the tenant for the path `tenantId`, and finds members that Inngest would remove', () => {
  expect(payloadKeyExpression('tenantId')).toBe('event.data.tenantId')
  expect(payloadKeyExpression('_job.id')).toContain('event.data._job.reserved._job.id == null')
})
