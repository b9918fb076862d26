import type { ConformanceTarget } from '@cgk-platform/jobs-core/conformance'

import { createInngestTarget } from '../../packages/jobs-inngest/test/conformance/inngest-target.ts'
import { createTriggerTarget } from '../../packages/jobs-trigger/test/conformance/trigger-target.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** The vendors' own servers, by provider: a target where the environment names one, otherwise what to set. */
export const serverTargets: Readonly<Record<string, (environment: Variables) => ConformanceTarget | string>> = {
  inngest({ INNGEST_BASE_URL: baseUrl, INNGEST_EVENT_KEY: eventKey, INNGEST_SIGNING_KEY: signingKey }) {
    if (baseUrl) return createInngestTarget(async () => ({ baseUrl, eventKey, signingKey: signingKey || undefined }))
    return (
      'Set `INNGEST_BASE_URL` to an Inngest server that reaches this machine, such as http://127.0.0.1:8288 of ' +
      '`inngest dev`; and `INNGEST_EVENT_KEY` and `INNGEST_SIGNING_KEY` where it is no dev server.'
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
      'Set `TRIGGER_API_URL`, such as https://api.trigger.dev, `TRIGGER_SECRET_KEY` and `TRIGGER_PROJECT_REF` of a ' +
      "project's development environment, and `TRIGGER_ACCESS_TOKEN`, a personal access token, with which the suite " +
      'starts the CLI worker itself.'
    )
  },
}
