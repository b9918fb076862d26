import { toErrorInfo } from '@cgk-platform/jobs-core/provider'
import { task } from '@trigger.dev/sdk'

import { createTriggerTasks } from '../../../../src/tasks.ts'
import { note } from '../../../kit/journal.ts'
import '../events.ts'
import { defineNoting } from '../take-part.ts'

const kept = defineNoting({ id: 'kept', event: 'work.asked' })

export const other = task({ id: 'other', run: async () => 'done' })

setTimeout(() => {
  try {
    createTriggerTasks({ jobs: [kept] })
  } catch (error) {
    note('refused', toErrorInfo(error))
  }
}, 0)
