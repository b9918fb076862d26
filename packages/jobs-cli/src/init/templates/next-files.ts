import { jobsImport, type TemplateFile, typed } from './template.ts'
import type { App } from '../app/app.ts'

/** Starts the local engine with the server of Next.js. */
export function nextInstrumentationFile(app: App): TemplateFile {
  const load = `if (process.env.NEXT_RUNTIME === 'nodejs') await import('./jobs-host')`
  return {
    path: `${app.sources}instrumentation${app.style.extension}`,
    contents: `// Next.js calls this once, when the server starts.
export async function register()${typed(app, ': Promise<void>')} {
  ${load}
}
`,
    otherwise: `add to its \`register\`: \`${load}\``,
  }
}

/** What the instrumentation loads. Next.js ends its process itself. */
export function nextHostFile(app: App): TemplateFile {
  return {
    path: `${app.sources}jobs-host${app.style.extension}`,
    contents: `// Runs the jobs in the server of Next.js, cron jobs too.
import { getJobClient } from '@cgk-platform/jobs'

import '${jobsImport(app)}' // and every other module that defines jobs

await getJobClient().start()
`,
  }
}

/** A route that sends the first event, while the app is developed. */
export function nextSendFile(app: App): TemplateFile {
  return {
    path: `${app.sources}app/api/jobs/route${app.style.extension}`,
    contents: `// Sends an event and waits for its job, to see that all is in place. Your app calls \`sendJob\` where it happens.
import { sendJob, waitForJob } from '@cgk-platform/jobs'

import '../../../job-events' // and every other module that declares events it sends

export async function POST()${typed(app, ': Promise<Response>')} {
  if (process.env.NODE_ENV === 'production') return new Response('This route is for development', { status: 404 })
  const job = await sendJob('user.signed_up', { tenantId: 'tenant_1', userId: 'user_1' })
  const { state, runs } = await waitForJob(job.id, { timeout: '1m' })
  return Response.json({ id: job.id, state, output: runs[0]?.output })
}
`,
  }
}

/** The route that Inngest calls to run the jobs. */
export function nextInngestFile(app: App): TemplateFile {
  return {
    path: `${app.sources}app/api/inngest/route${app.style.extension}`,
    contents: `// Inngest calls this route to run the jobs.
import { createInngestFunctions } from '@cgk-platform/jobs/inngest'
import { Inngest } from 'inngest'
import { serve } from 'inngest/next'

import '${jobsImport(app, 3)}' // and every other module that defines jobs

const client = new Inngest({ id: 'jobs' })

export const { GET, POST, PUT } = serve({ client, functions: createInngestFunctions({ client }) })
`,
    otherwise: 'give its `serve` the jobs, too: `functions: [...createInngestFunctions({ client }), …]`',
  }
}
