import type { ConformanceTarget } from '@cgk-platform/jobs-conformance'
import { createInngestTarget } from '@cgk-platform/jobs-inngest/conformance-targets'
import { createTriggerTarget } from '@cgk-platform/jobs-trigger/conformance-targets'

type Variables = Readonly<Record<string, string | undefined>>

/** The vendors' own servers by provider: a target if the environment names one, otherwise the variables to set. */
export const serverTargets: Readonly<Record<string, (environment: Variables) => ConformanceTarget | string>> = {
  inngest({ INNGEST_BASE_URL: baseUrl, INNGEST_EVENT_KEY: eventKey, INNGEST_SIGNING_KEY: signingKey }) {
    if (baseUrl) return createInngestTarget(async () => ({ baseUrl, eventKey, signingKey: signingKey || undefined }))
    return (
      'Set `INNGEST_BASE_URL` to an Inngest server that reaches this machine, such as http://127.0.0.1:8288 of ' +
      '`inngest dev`. For other servers than a dev server, also set `INNGEST_EVENT_KEY` and `INNGEST_SIGNING_KEY`.'
    )
  },
  'trigger.dev'({
    TRIGGER_API_URL: url,
    TRIGGER_SECRET_KEY: secretKey,
    TRIGGER_ACCESS_TOKEN: accessToken,
    TRIGGER_PROJECT_REF: projectRef,
  }) {
    if (url && secretKey && accessToken && projectRef) {
      return createTriggerTarget(async () => ({ url, secretKey, accessToken, projectRef }))
    }
    return (
      'Set `TRIGGER_API_URL`, such as https://api.trigger.dev. Set `TRIGGER_SECRET_KEY` and `TRIGGER_PROJECT_REF` of a ' +
      "project's development environment. Set `TRIGGER_ACCESS_TOKEN` to a personal access token. The suite starts the " +
      'CLI worker with it.'
    )
  },
}
