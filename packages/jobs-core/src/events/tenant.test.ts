import { expect, test } from 'vitest'

import { tenantProblem } from './tenant.ts'

test.each<[tenantId: unknown, problem: unknown]>([
  ['tenant_123', undefined],
  ['0', undefined],
  [' padded ', undefined],
  ['System', undefined],
  ['x'.repeat(256), undefined],
  ['x'.repeat(257), 'has 257 characters; the maximum is 256'],
  ['😀', undefined],
  ['\ud83d', 'has a lone surrogate, which is half of a character'],
  [undefined, 'is missing'],
  [null, 'is missing'],
  ['', 'is empty'],
  [' \t\n\u00a0', 'is blank'],
  [123, 'is a number, not a string'],
  [true, 'is a boolean, not a string'],
  [{ id: 'tenant_123' }, expect.stringMatching(/^is an? object, not a string$/)],
  ['system', 'is `system`, which is reserved for the platform'],
])('the tenant %j: %s', (tenantId, problem) => expect(tenantProblem(tenantId)).toEqual(problem))

test('the platform may use its own tenant', () => expect(tenantProblem('system', true)).toBeUndefined())
