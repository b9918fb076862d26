import { expect, test } from 'vitest'

import { findHidden } from '../../ui/src/send/find-hidden.ts'

test('hidden values are found by their paths, at any depth', () => {
  const value = {
    card: { number: '[redacted]' },
    items: [{ name: 'a' }, { name: '[redacted]' }],
    note: 'not [redacted]',
  }
  expect(findHidden(value, 'payload')).toEqual(['payload.card.number', 'payload.items[1].name'])
  expect(findHidden('[redacted]', 'payload')).toEqual(['payload'])
  expect(findHidden(undefined, 'payload')).toEqual([])
})
