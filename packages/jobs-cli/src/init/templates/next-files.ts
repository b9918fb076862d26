import { jobsImportPath, type TemplateFile, ifTypeScript } from './template.ts'
import type { App } from '../app/app.ts'

/** Returns the instrumentation that starts the jobs with the Next.js server. */
export function nextInstrumentationFile(app: App): TemplateFile {
  const load = `if (process.env.NEXT_RUNTIME === 'nodejs') await import('./jobs-host')`
  return {
    path: `${app.sources}instrumentation${app.style.extension}`,
    contents: `// Next.js calls this once, when the server starts.
export async function register()${ifTypeScript(app, ': Promise<void>')} {
  ${load}
}
`,
    ifExists: `add to its \`register\`: \`${load}\``,
  }
}

/** Returns the module that the instrumentation loads. Next.js ends its process itself. */
export function nextHostFile(app: App): TemplateFile {
  return {
    path: `${app.sources}jobs-host${app.style.extension}`,
    contents: `// Runs the jobs, including cron jobs, in the Next.js server.
import { getJobClient } from '@cgk-platform/jobs'

import '${jobsImportPath(app)}' // and every other module that defines jobs

await getJobClient().start()
`,
  }
}

/** Returns a route for development that sends the first event. */
export function nextSendFile(app: App): TemplateFile {
  return {
    path: `${app.sources}app/api/jobs/route${app.style.extension}`,
    contents: `// Sends an event and waits for its job, to test the setup. Your app calls \`sendJob\` where the event happens.
import { sendJob, waitForJob } from '@cgk-platform/jobs'

import '../../../job-events' // and every other module with events that it sends

export async function POST()${ifTypeScript(app, ': Promise<Response>')} {
  if (process.env.NODE_ENV === 'production') return new Response('This route is for development', { status: 404 })
  const job = await sendJob('user.signed_up', { tenantId: 'tenant_1', userId: 'user_1' })
  const { state, runs } = await waitForJob(job.id, { timeout: '1m' })
  return Response.json({ id: job.id, state, output: runs.at(-1)?.output })
}
`,
  }
}

/** Returns the route that Inngest calls to run the jobs. */
export function nextInngestFile(app: App): TemplateFile {
  return {
    path: `${app.sources}app/api/inngest/route${app.style.extension}`,
    contents: `// Inngest calls this route to run the jobs.
import { createInngestFunctions } from '@cgk-platform/jobs/inngest'
import { Inngest } from 'inngest'
import { serve } from 'inngest/next'

import '${jobsImportPath(app, 3)}' // and every other module that defines jobs

const client = new Inngest({ id: 'jobs' })

export const { GET, POST, PUT } = serve({ client, functions: createInngestFunctions({ client }) })
`,
    ifExists: 'add the jobs to its `serve`: `functions: [...createInngestFunctions({ client }), …]`',
  }
}
