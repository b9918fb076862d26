import { configureConformance, conformanceOptions } from '@cgk-platform/jobs-core/conformance'

import { triggerCapabilities } from '../../../../src/capabilities.ts'
import { createTriggerTasks } from '../../../../src/tasks.ts'
import { createOffsetClock } from '../../offset-clock.ts'

const clock = createOffsetClock(process.env['CONFORMANCE_CLOCK'])
configureConformance({ clock })

createTriggerTasks(conformanceOptions(triggerCapabilities), { clock, random: () => 0 })
