import { compileExpression } from '@cgk-platform/inngest-loopback'
import { UnsupportedFeatureError } from '@cgk-platform/jobs-core/errors'
import { describe, expect, test } from 'vitest'

import { toInngestEvent } from '../../wire/to-inngest-event.ts'
import { toEndExpression, toWaitExpression } from './wait-expression.ts'

const holds = (expression: string, data: object): unknown => compileExpression(expression)({ async: { data } })

describe('the expression of a wait for an event', () => {
  test('contains the tenant, and the field if there is one', () => {
    expect(toWaitExpression('acme', undefined)).toBe('async.data.tenantId == "acme"')
    expect(toWaitExpression('acme', { orderId: 'o-1' })).toBe(
      'async.data.tenantId == "acme" && async.data.orderId == "o-1"',
    )
  })

  test('of the platform demands an event of this library', () => {
    const expression = toWaitExpression('system', undefined)
    expect(holds(expression, { tenantId: 'system', _job: { v: 1, tenantId: 'system' } })).toBe(true)
    expect(holds(expression, { tenantId: 'system', _job: { v: 1, tenantId: 'acme' } })).toBe(false)
    expect(holds(expression, { tenantId: 'system' })).toBe(false)
  })

  test.each([
    ['o-1'],
    ["it's"],
    ['say "hello"'],
    ['x" || true || "1'],
    ["x' || true || '1"],
    [7],
    [-1.5],
    [true],
    [null],
    [''],
  ])('matches %j only, and never another tenant', (value) => {
    const expression = toWaitExpression('acme', { k: value })
    expect(holds(expression, { tenantId: 'acme', k: value })).toBe(true)
    expect(holds(expression, { tenantId: 'acme', k: 'another' })).toBe(false)
    expect(holds(expression, { tenantId: 'other', k: value })).toBe(false)
  })

  test('accepts field names that are not identifiers', () => {
    const expression = toWaitExpression('acme', { 'order id': 'o-1' })
    expect(expression).toContain('async.data["order id"] == "o-1"')
    expect(holds(expression, { tenantId: 'acme', 'order id': 'o-1' })).toBe(true)
  })

  test.each(['_inngest', '_job'])('reads a member %s where the event has it', (field) => {
    const expression = toWaitExpression('acme', { [field]: 'v' })
    const { data } = toInngestEvent({
      v: 1,
      id: '01M89NS4WG6G8H65WJD6QKMDS3',
      event: 'work.asked',
      tenantId: 'acme',
      payload: { tenantId: 'acme', [field]: 'v' },
      sentAt: 1,
    })
    expect(holds(expression, data)).toBe(true)
    expect(holds(expression, { ...data, _job: { v: 1 } })).toBe(false)
  })

  test.each(['in', 'true', 'null', 'for'])('accepts a field named %s, a reserved word', (field) => {
    expect(toWaitExpression('acme', { [field]: 1 })).toContain(`async.data["${field}"] == 1`)
  })

  test.each([1e20, -(2 ** 63)])('rejects %d, which exceeds 64 bits', (value) => {
    expect(() => toWaitExpression('acme', { k: value })).toThrow(UnsupportedFeatureError)
  })

  test('does not report the rejected value', () => {
    expect(() => toWaitExpression('acme', { k: 'pass\\word' })).toThrow(/^(?!.*word)/)
  })

  test('does not refer to the event of the run, because the wait would lose its race mode', () => {
    expect(toWaitExpression('acme', { k: 'v' })).not.toContain('event.')
    expect(toEndExpression('01M8', 'jobs-child')).not.toContain('event.')
  })

  test.each([['back\\slash'], ['line\nbreak'], ['zero\u200Bwidth'], [`both ' and "`]])(
    '%j is refused: Inngest compares it with nothing',
    (text) => {
      expect(() => toWaitExpression('acme', { k: text })).toThrow(UnsupportedFeatureError)
      expect(() => toWaitExpression(text, undefined)).toThrow(UnsupportedFeatureError)
      expect(() => toWaitExpression(text, undefined)).toThrow(/with such a tenant`\..*use another id for the tenant\./)
    },
  )
})

test('matches the end of a job of this definition only', () => {
  const expression = toEndExpression('01M8', 'jobs-child')
  expect(holds(expression, { event: { id: '01M8' }, function_id: 'jobs-child' })).toBe(true)
  expect(holds(expression, { event: { id: '01M8' }, function_id: 'jobs-other' })).toBe(false)
  expect(holds(expression, { event: { id: '01M9' }, function_id: 'jobs-child' })).toBe(false)
})
