import { getJobClient } from '@cgk-platform/jobs'
import { createDashboard } from '@cgk-platform/jobs-dashboard'

import { authorize } from '../../../../src/authorize.ts'

const dashboard = createDashboard({ client: getJobClient(), basePath: '/admin/jobs', authorize })

export { dashboard as GET, dashboard as POST }
