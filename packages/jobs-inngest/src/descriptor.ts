import type { DoctorConfigOptions, EngineDescriptor } from '@cgk-platform/jobs-core/provider'

/** Describes Inngest. */
export const inngestEngine: EngineDescriptor = {
  name: 'inngest',
  title: 'Inngest',
  packageName: '@cgk-platform/jobs-inngest',
  runsInProcess: false,
  eventPrefix: 'inngest/',
  variables: [
    {
      name: 'INNGEST_DEV',
      purpose: "Inngest's dev server, on this machine. Not in production.",
      example: { value: '1' },
    },
    {
      name: 'INNGEST_EVENT_KEY',
      purpose: 'In production, of the dashboard:',
      choosesEngine: true,
      example: { value: '', isCommentedOut: true },
    },
    {
      name: 'INNGEST_SIGNING_KEY',
      purpose: 'The key that reads, cancels and retries, of the dashboard.',
      choosesEngine: true,
      example: { value: '', isCommentedOut: true },
    },
    { name: 'INNGEST_BASE_URL', purpose: 'A server of your own.' },
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
