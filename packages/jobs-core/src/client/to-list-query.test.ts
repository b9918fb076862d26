import { describe, expect, test } from 'vitest'

import { toListQuery } from './to-list-query.ts'

describe('the filters of a list', () => {
  test('are passed on as they are', () => {
    const all = { tenantId: 'acme', state: 'failed', event: 'order.created', limit: 1000, cursor: 'c1' } as const
    expect(toListQuery(all)).toEqual(all)
  })

  test('may be there without a value, but for the tenant', () => {
    const options = { state: undefined, event: undefined, limit: undefined, cursor: undefined }
    expect(toListQuery(options)).toEqual({ limit: 50 })
  })

  test.each<[tenantId: unknown, problem: string]>([
    [undefined, 'is undefined'],
    [null, 'is null, not a string'],
    ['', 'is empty'],
    ['  ', 'is blank'],
    [5, 'is a number, not a string'],
    [['acme'], 'is an array, not a string'],
  ])('cannot have %j for the tenant, which would list the jobs of all', (tenantId, problem) => {
    expect(() => toListQuery({ tenantId: tenantId as string })).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        option: 'tenantId',
        message: `\`tenantId\` ${problem}. Give the id of a tenant, or leave it out for all.`,
      }),
    )
  })
})
