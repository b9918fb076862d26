import 'storefront/jobs'

import { createTriggerTasks } from '@cgk-platform/jobs/trigger/tasks'

createTriggerTasks()
