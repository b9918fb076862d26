import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { definitionIdOf, toFunctionId } from './function-id.ts'

const definitionId = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,3}(\/[a-z0-9][a-z0-9._-]{0,3}){0,3}$/)

test('a definition without a slash has a function of the same id', () => {
  expect(toFunctionId('process-order.v2_final')).toBe('process-order.v2_final')
  expect(toFunctionId('email/welcome/send')).toBe('email~welcome~send')
})

test('each definition has a function id of its own, which is one part of a path', () => {
  fc.assert(
    fc.property(definitionId, definitionId, (one, other) => {
      expect(toFunctionId(one) === toFunctionId(other)).toBe(one === other)
      expect(encodeURIComponent(toFunctionId(one))).toBe(toFunctionId(one))
      expect(definitionIdOf(toFunctionId(one))).toBe(one)
    }),
  )
})
