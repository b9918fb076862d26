import 'storefront/fulfil-order'
import 'storefront/jobs'

import { createTriggerTasks } from '@cgk-platform/jobs/trigger/tasks'

createTriggerTasks()
