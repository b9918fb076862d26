import { defineEvents, eventType } from '@cgk-platform/jobs-core'

import type { Work } from '../../kit/work.ts'

declare module '@cgk-platform/jobs-core' {
  interface JobEvents {
    /** One that the first version does not know. */
    'work.late': Work
  }
}

defineEvents({ 'work.late': eventType<Work>() })
