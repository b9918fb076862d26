import type { Engine } from '@cgk-platform/jobs-core/provider'
import { inngestEngine } from '@cgk-platform/jobs-inngest/descriptor'
import { localEngine } from '@cgk-platform/jobs-local/descriptor'
import { triggerEngine } from '@cgk-platform/jobs-trigger/descriptor'

/**
 * The engines that this package can load, and that the commands know before an app has installed anything. Each has one
 * literal `import()` inside its own `try`: bundlers follow nothing else, and let a package that is missing there pass. It
 * names `/provider`, which does not export core: a bundler puts core's index into the app's entry, and a module that
 * imports the entry never loads while the entry awaits it. The build copies the descriptions into this package.
 */
export const knownEngines: readonly Engine[] = [
  {
    ...triggerEngine,
    async load() {
      try {
        return (await import('@cgk-platform/jobs-trigger/provider')).createTriggerProvider
      } catch (cause) {
        return fail(cause)
      }
    },
  },
  {
    ...inngestEngine,
    async load() {
      try {
        return (await import('@cgk-platform/jobs-inngest/provider')).createInngestProvider
      } catch (cause) {
        return fail(cause)
      }
    },
  },
  {
    ...localEngine,
    async load() {
      try {
        return (await import('@cgk-platform/jobs-local/provider')).createLocalProvider
      } catch (cause) {
        return fail(cause)
      }
    },
  },
]

/** Core says what is missing. The `catch` alone makes bundlers let a package that is not installed pass. */
function fail(cause: unknown): never {
  throw cause
}

/** Where Trigger.dev is and who asks. What is left out is read from the `TRIGGER_*` variables, as its SDK does. */
export interface TriggerConfig {
  /** The secret key of one environment. Default: `TRIGGER_SECRET_KEY`. */
  apiKey?: string | undefined
  /** A server of your own. Default: `TRIGGER_API_URL`, otherwise Trigger.dev's cloud. */
  apiUrl?: string | undefined
  /** The branch of a preview environment. Default: `TRIGGER_PREVIEW_BRANCH`. */
  previewBranch?: string | undefined
  /** The deployed version whose tasks run what is sent. Default: `TRIGGER_VERSION`, otherwise the current one. */
  version?: string | undefined
}

/** Where Inngest is and who asks. What is left out is read from the `INNGEST_*` variables, as its SDK does. */
export interface InngestConfig {
  /** Who sends. Default: `INNGEST_EVENT_KEY`. */
  eventKey?: string | undefined
  /** Who reads, cancels and retries. Default: `INNGEST_SIGNING_KEY`. */
  signingKey?: string | undefined
  /** A server of your own. Default: `INNGEST_BASE_URL`, the dev server with `INNGEST_DEV`, otherwise Inngest's cloud. */
  baseUrl?: string | undefined
  /** The server that is read from, where it is another. Default: `INNGEST_API_BASE_URL`, or `baseUrl`. */
  apiBaseUrl?: string | undefined
  /** The id of the Inngest app that hosts the jobs. Default `jobs`. */
  appId?: string | undefined
  /** True for the dev server, which asks for no keys. Default: whether `INNGEST_DEV` is set. */
  isDev?: boolean | undefined
  /** A ready Inngest client, instead of the settings above. */
  client?: { readonly id: string } | undefined
}

declare module '@cgk-platform/jobs-core/provider' {
  interface LoadableEngines {
    'trigger.dev': TriggerConfig
    inngest: InngestConfig
  }
}
