import type { InngestConfig as InngestProviderConfig } from '@cgk-platform/jobs-inngest'
import type { SqliteTransaction } from '@cgk-platform/jobs-local'
import type { PostgresConfig as PostgresProviderConfig, PostgresTransaction } from '@cgk-platform/jobs-postgres'
import type { TriggerConfig as TriggerProviderConfig } from '@cgk-platform/jobs-trigger'
import { describe, expectTypeOf, it } from 'vitest'

import {
  type InngestConfig,
  type PostgresConfig,
  sendJob,
  type SendOptions,
  type TriggerConfig,
} from '@cgk-platform/jobs'

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

  it('include the transactions of the app that a send can be part of', () => {
    expectTypeOf<SendOptions['transaction']>().toEqualTypeOf<SqliteTransaction | PostgresTransaction | undefined>()
    // @ts-expect-error -- a text is no transaction
    void (() => sendJob('order.created', { tenantId: 'acme', orderId: '1' }, { transaction: 'BEGIN' }))
  })
})
