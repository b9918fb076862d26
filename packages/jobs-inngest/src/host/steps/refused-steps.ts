import { UnsupportedFeatureError } from '@cgk-platform/jobs-core/errors'

const feature = 'the step tools of its SDK in a workflow'
const remedy =
  "Use the workflow's own `step`. For a feature that only Inngest has, use `step.runJob` and its `step` in that job."

/**
 * Stands in for the SDK's step tools while a workflow's code runs. Steps of the SDK would retry by Inngest's rules, and
 * would run again in a retried run.
 */
export const refusedSteps: object = new Proxy(() => undefined, {
  // The SDK returns the tools from an `async` function, so they must not look like a promise.
  get: (_, name): unknown => (typeof name === 'string' && name !== 'then' ? refusedSteps : undefined),
  apply() {
    // A retry cannot help.
    throw Object.assign(new UnsupportedFeatureError({ feature, provider: 'inngest', remedy }), { retryable: false })
  },
})
