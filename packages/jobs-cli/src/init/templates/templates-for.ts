import type { App, Provider } from '../app/app.ts'
import { expressInngestFile, expressServerFile } from './express-files.ts'
import { honoInngestFile, honoServerFile } from './hono-files.ts'
import { eventsFile, jobsAloneFile, jobsFile } from './jobs-file.ts'
import { nextHostFile, nextInngestFile, nextInstrumentationFile, nextSendFile } from './next-files.ts'
import { sendFile } from './send-file.ts'
import type { Template, TemplateFile } from './template.ts'
import { triggerConfigFile, triggerTasksFile } from './trigger-files.ts'
import { workerFile } from './worker-file.ts'

/** The files that this app needs for its jobs on an engine. */
export function templatesFor(app: App, provider: Provider): TemplateFile[] {
  const isNext = app.framework === 'next'
  const jobs = isNext ? [eventsFile, jobsAloneFile] : [jobsFile]
  return [...jobs, ...hostTemplates(app, provider), isNext ? nextSendFile : sendFile].map((template) => template(app))
}

function hostTemplates({ framework }: App, provider: Provider): Template[] {
  if (provider === 'trigger.dev') return [triggerConfigFile, triggerTasksFile]
  if (provider === 'local') return framework === 'next' ? [nextInstrumentationFile, nextHostFile] : [workerFile]
  switch (framework) {
    case 'next':
      return [nextInngestFile]
    case 'express':
      return [expressInngestFile, expressServerFile]
    case 'hono':
      return [honoInngestFile, honoServerFile]
    case 'node':
      return [workerFile]
  }
}
