import { jobsImportPath, type TemplateFile } from './template.ts'
import type { App } from '../app/app.ts'

/** Returns a program that sends the first event and waits for its job. */
export function sendFile(app: App): TemplateFile {
  return {
    path: `${app.sources}jobs-send${app.style.extension}`,
    contents: `// Sends an event and waits for its job, to test the setup. Your app calls \`sendJob\` where the event happens.
import { findRun, getJobClient, sendJob, waitForJob } from '@cgk-platform/jobs'

import { welcomeUser } from '${jobsImportPath(app)}'

try {
  const job = await sendJob('user.signed_up', { tenantId: 'tenant_1', userId: 'user_1' })
  const status = await waitForJob(job.id, { timeout: '1m' })
  console.log(\`Job \${job.id}: \${status.state}\`, findRun(status, welcomeUser)?.output)
  await getJobClient().close()
} catch (error) {
  console.error(error instanceof Error ? error.message : error) // the message says what to do
  process.exit(1)
}
`,
  }
}
