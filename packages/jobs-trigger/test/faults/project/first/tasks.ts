import { createTriggerTasks } from '../../../../src/tasks.ts'
import '../events.ts'
import { journalLogger } from '../journal-logger.ts'
import { defineRecordingJob } from '../define-recording-job.ts'

const kept = defineRecordingJob({ id: 'kept', event: 'work.asked' })
const removed = defineRecordingJob({ id: 'removed', event: 'work.asked', concurrency: { limit: 1 } })
const alone = defineRecordingJob({ id: 'alone', event: 'work.followed' })

createTriggerTasks({ jobs: [kept, removed, alone], logger: journalLogger })
