import { configureConformance, conformanceCodec, conformanceOptions } from '@cgk-platform/jobs-conformance'

import { triggerCapabilities } from '../../../../src/capabilities.ts'
import { createTriggerTasks } from '../../../../src/tasks.ts'
import { createOffsetClock } from '../../offset-clock.ts'

const clock = createOffsetClock(process.env['CONFORMANCE_CLOCK'])
configureConformance({ clock })

const { jobs, ...options } = conformanceOptions(triggerCapabilities)
const only = process.env['CONFORMANCE_DEFINITIONS']?.split(',')
const codec = process.env['CONFORMANCE_CODEC'] && { codec: conformanceCodec }
const hosted = jobs.filter(({ id }) => only?.includes(id) ?? true)

createTriggerTasks({ ...options, ...codec, jobs: hosted }, { clock, random: () => 0 })
