import type { InngestConfig as InngestProviderConfig } from '@cgk-platform/jobs-inngest'
import type { PostgresConfig as PostgresProviderConfig } from '@cgk-platform/jobs-postgres'
import type { TriggerConfig as TriggerProviderConfig } from '@cgk-platform/jobs-trigger'
import { describe, expectTypeOf, it } from 'vitest'

import type { InngestConfig, PostgresConfig, TriggerConfig } from '@cgk-platform/jobs'

describe('the settings of hosted engines, which the facade declares without their packages', () => {
  it('match those of the packages', () => {
    expectTypeOf<TriggerConfig>().toEqualTypeOf<TriggerProviderConfig>()
    // The package has the SDK's type of `client`.
    expectTypeOf<Omit<InngestConfig, 'client'>>().toEqualTypeOf<Omit<InngestProviderConfig, 'client'>>()
    expectTypeOf<InngestProviderConfig>().toExtend<InngestConfig>()
    // The package has more of the members of `pool` and `pglite`.
    type Connection = 'pool' | 'pglite'
    expectTypeOf<Omit<PostgresConfig, Connection>>().toEqualTypeOf<Omit<PostgresProviderConfig, Connection>>()
    expectTypeOf<PostgresProviderConfig>().toExtend<PostgresConfig>()
  })
})
