import type { App } from '../app/app.ts'
import type { Host } from '../hosts/host.ts'
import { eventsFile, jobsAloneFile, jobsFile } from './jobs-file.ts'
import { nextSendFile } from './next-files.ts'
import { sendFile } from './send-file.ts'
import type { TemplateFile } from './template.ts'

/** The files that this app needs for its jobs: events and jobs, those of the host, and one that sends. */
export function templatesFor(app: App, host: Host): TemplateFile[] {
  const isNext = app.framework === 'next'
  const jobs = isNext ? [eventsFile(app), jobsAloneFile(app)] : [jobsFile(app)]
  return [...jobs, ...host.files, isNext ? nextSendFile(app) : sendFile(app)]
}
