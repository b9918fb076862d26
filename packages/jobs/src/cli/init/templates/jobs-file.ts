import type { TemplateFile } from './template.ts'
import type { App } from '../app/app.ts'

/** The app's events and jobs, with one of each to begin with. */
export function jobsFile(app: App): TemplateFile {
  return {
    path: `${app.sources}${app.jobsModule}${app.style.extension}`,
    contents: app.style.isTypeScript ? inTypeScript : inJavaScript,
  }
}

const job = `export const welcomeUser = defineJob({
  id: 'welcome-user',
  event: 'user.signed_up',
  retry: { maxAttempts: 3, backoff: 'exponential', initialDelay: '2s' },
  handler: async ({ payload }, { attempt }) => {
    console.log(\`Attempt \${attempt}: welcome, \${payload.userId}\`)
    return { welcomed: payload.userId }
  },
})
`

const inTypeScript = `import { defineEvents, defineJob, type EventsOf, eventType } from '@cgk-platform/jobs'

// What happens in your app. Each payload has a \`tenantId\`: the customer whose job it is.
export const events = defineEvents({
  'user.signed_up': eventType<{ tenantId: string; userId: string }>(),
})

declare module '@cgk-platform/jobs' {
  interface JobEvents extends EventsOf<typeof events> {}
}

// What is done about it, in the background.
${job}`

const inJavaScript = `import { defineEvents, defineJob, eventType } from '@cgk-platform/jobs'

// What happens in your app. Each payload has a \`tenantId\`: the customer whose job it is.
export const events = defineEvents({
  'user.signed_up': eventType(),
})

// What is done about it, in the background.
${job}`
