import { describe, expect, test } from 'vitest'

import { toListQuery } from './to-list-query.ts'

describe('the filters of `listJobs`', () => {
  test.each<[tenantId: unknown, problem: string]>([
    [undefined, 'is undefined'],
    [null, 'is null, not a string'],
    ['', 'is empty'],
    ['  ', 'is blank'],
    [5, 'is a number, not a string'],
    [['acme'], 'is an array, not a string'],
  ])('reject %j as the tenant, which would list the jobs of all tenants', (tenantId, problem) => {
    expect(() => toListQuery({ tenantId: tenantId as string })).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        option: 'tenantId',
        message: `\`tenantId\` ${problem}. Pass the id of a tenant, or omit it to list the jobs of all tenants.`,
      }),
    )
  })
})
