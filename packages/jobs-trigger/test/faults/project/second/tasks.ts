import { createTriggerTasks } from '../../../../src/tasks.ts'
import '../events.ts'
import { journalLogger } from '../journal-logger.ts'
import '../late-events.ts'
import { defineRecordingJob } from '../define-recording-job.ts'
import { orders } from '../orders/deployed.ts'

const kept = defineRecordingJob({ id: 'kept', event: 'work.asked' })
const added = defineRecordingJob({ id: 'added', event: 'work.asked' })
const late = defineRecordingJob({ id: 'late', event: 'work.late' })

createTriggerTasks({ jobs: [kept, added, late, ...orders], logger: journalLogger })
