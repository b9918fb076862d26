import type { InngestConfig as InngestProviderConfig } from '@cgk-platform/jobs-inngest'
import type { TriggerConfig as TriggerProviderConfig } from '@cgk-platform/jobs-trigger'
import { describe, expectTypeOf, it } from 'vitest'

import type { InngestConfig, TriggerConfig } from '@cgk-platform/jobs'

describe('the settings of the hosted engines, which the facade types without their packages', () => {
  it('are those of the packages', () => {
    expectTypeOf<TriggerConfig>().toEqualTypeOf<TriggerProviderConfig>()
    // The client is typed by the SDK there.
    expectTypeOf<Omit<InngestConfig, 'client'>>().toEqualTypeOf<Omit<InngestProviderConfig, 'client'>>()
    expectTypeOf<InngestProviderConfig>().toExtend<InngestConfig>()
  })
})
