import type { App } from '../app/app.ts'
import type { Host } from '../hosts/host.ts'
import { eventsFile, jobsOnlyFile, jobsFile } from './jobs-file.ts'
import { nextSendFile } from './next-files.ts'
import { sendFile } from './send-file.ts'
import type { TemplateFile } from './template.ts'

/** Returns the files that the app needs: events and jobs, the host's files, and a sender. */
export function templatesFor(app: App, host: Host): TemplateFile[] {
  const isNext = app.framework === 'next'
  const jobs = isNext ? [eventsFile(app), jobsOnlyFile(app)] : [jobsFile(app)]
  return [...jobs, ...host.files, isNext ? nextSendFile(app) : sendFile(app)]
}
