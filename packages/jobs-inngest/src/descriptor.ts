import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'
import type { DoctorConfigOptions } from '@cgk-platform/jobs-core/tools'

/** The description of Inngest for the facade and the command line. */
export const inngestEngine: EngineDescriptor = {
  name: 'inngest',
  title: 'Inngest',
  packageName: '@cgk-platform/jobs-inngest',
  runsInProcess: false,
  eventPrefix: 'inngest/',
  variables: [
    {
      name: 'INNGEST_DEV',
      purpose: "Use Inngest's local dev server. Not in production.",
      example: { value: '1' },
    },
    {
      name: 'INNGEST_EVENT_KEY',
      purpose: "In production: the event key, from Inngest's dashboard.",
      choosesEngine: true,
      mistakes: ['INNGEST_KEY', 'INNGEST_API_KEY', 'INNGEST_EVENTS_KEY', 'INNGEST_EVENT_API_KEY'],
      example: { value: '', isCommentedOut: true },
    },
    {
      name: 'INNGEST_SIGNING_KEY',
      purpose: "In production: the signing key, used to read, cancel and retry jobs, from Inngest's dashboard.",
      choosesEngine: true,
      mistakes: ['INNGEST_SIGN_KEY', 'INNGEST_SIGNING_SECRET', 'INNGEST_SECRET_KEY', 'INNGEST_SECRET'],
      example: { value: '', isCommentedOut: true },
    },
    { name: 'INNGEST_BASE_URL', purpose: 'URL of a self-hosted server.' },
  ],
  setup: {
    label: 'Inngest',
    hint: 'calls your app; its dev server needs no account',
    variablePrefix: 'INNGEST_',
    sdk: { packageName: 'inngest', version: '4', tools: ['inngest-cli'] },
    keyPattern: String.raw`signkey-[\w-]+`,
    doctorConfig: ({ appId }: DoctorConfigOptions): object => (appId === undefined ? {} : { appId }),
    devCommand: ['inngest-cli@latest', 'dev'],
    sendRemark: 'when http://localhost:8288/apps shows the app `jobs`',
  },
}
