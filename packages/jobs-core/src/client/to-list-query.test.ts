import { describe, expect, test } from 'vitest'

import { toListQuery } from './to-list-query.ts'

describe('the filters of a list', () => {
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
