import { expect, it } from 'vitest'
import { compileExpression } from './expressions.ts'

const scope = { event: { data: { k: 1, tenant: 'a', deep: { 'x-y': true } } }, async: { data: { k: 1, tenant: 'b' } } }

it.each([
  ['event.data.k', 1],
  ["event.data.deep['x-y']", true],
  ['event.data.missing', null],
  ['event.data.missing.deeper == null', true],
  ['async.data.k == event.data.k', true],
  ['event.data.tenant == \'a\' && async.data.tenant != "a"', true],
  ["event.data.tenant == 'b' || (event.data.k >= 1 && event.data.k < 2)", true],
  ['!(event.data.k == 1)', false],
  ['event.data.k == -1', false],
  ['event.data.k > 0', true],
  ["event.data.k > 'x'", false],
  ["event.data.tenant == 'it\\'s'", false],
])('gives %s', (source, value) => expect(compileExpression(source)(scope)).toBe(value))

it.each(['', 'event.', 'has(event.data.k)', 'event.data.k ==', '(event.data.k', 'a b', 'event.data.k + 1'])(
  'refuses %j, which the engine does not speak',
  (source) => expect(() => compileExpression(source)).toThrow(SyntaxError),
)
