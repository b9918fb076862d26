import { createTriggerTasks } from '@cgk-platform/jobs-trigger/tasks'

import { testJobs } from '../../kit/test-jobs.ts'

createTriggerTasks({ jobs: testJobs })
