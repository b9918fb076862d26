import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'

/** The tested release of the SDK and the CLI. Both must have the same version. */
const release = '4.8.3'

/** Describes Trigger.dev to the engine registry and to the command line. */
export const triggerEngine: EngineDescriptor = {
  name: 'trigger.dev',
  title: 'Trigger.dev',
  packageName: '@cgk-platform/jobs-trigger',
  runsInProcess: false,
  variables: [
    {
      name: 'TRIGGER_SECRET_KEY',
      purpose: 'The secret key of an environment, from the dashboard: `tr_dev_…` for development.',
      choosesEngine: true,
      mistakes: [
        'TRIGGER_API_KEY',
        'TRIGGER_KEY',
        'TRIGGER_SECRET',
        'TRIGGER_DEV_KEY',
        'TRIGGER_DEV_API_KEY',
        'TRIGGER_DEV_SECRET_KEY',
        'TRIGGERDEV_SECRET_KEY',
      ],
      example: { value: '' },
    },
    {
      name: 'TRIGGER_API_URL',
      purpose: 'A server to use instead of the cloud, such as `trigger-offline`, which needs no account.',
      example: { value: 'http://127.0.0.1:8031', isCommentedOut: true },
    },
  ],
  setup: {
    label: 'Trigger.dev',
    hint: 'runs the jobs in its own workers; needs an account',
    variablePrefix: 'TRIGGER_',
    sdk: {
      packageName: '@trigger.dev/sdk',
      version: release,
      tools: ['trigger.dev', '@trigger.dev/build'],
      toolsMatchSdk: true,
    },
    ownFiles: ['.trigger/'],
    keyPattern: String.raw`tr_(?:dev|prod|stg|preview|pat)_[\w-]+`,
    optionalChecks: {
      workers: 'this server has no list of runs, so it cannot report whether jobs wait for a worker',
    },
    devCommand: [`trigger.dev@${release}`, 'dev'],
    loginCommand: [`trigger.dev@${release}`, 'login'],
    sendRemark: 'when the CLI says `Local worker ready`',
  },
}
