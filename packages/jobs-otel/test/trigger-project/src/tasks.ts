import { createTriggerTasks } from '@cgk-platform/jobs-trigger/tasks'

import { task } from '@trigger.dev/sdk'

import { openTelemetry } from '../../../src/index.ts'
import { setReportTenants, shop, weigh } from '../../kit/shop.ts'

setReportTenants(['acme', 'bolt', 'coda'])
createTriggerTasks({ jobs: shop, instrument: openTelemetry() })

/** A task without this library. */
export const plain = task({ id: 'plain', run: async () => weigh() })
