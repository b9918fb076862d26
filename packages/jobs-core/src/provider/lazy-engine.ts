import { ClientClosedError } from '../errors/client-closed-error.ts'
import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { scopedClient } from '../ambient/async-context.ts'
import { toErrorInfo } from '../errors/error-info.ts'
import { bindLogger } from '../logging/logger.ts'
import type { JobsError } from '../errors/jobs-error.ts'
import type { Definition } from '../jobs/definition.ts'
import { findEncodedKeys } from '../codec/check-keys.ts'
import type { JobHost } from '../runs/job-host.ts'
import type { JobProvider } from './job-provider.ts'
import { limitsOf } from '../engines/limits-of.ts'
import type { JobSender } from '../sends/job-sender.ts'
import { routerLinkOf } from '../ambient/router-link.ts'
import { requireFeature } from './check-support.ts'
import { findRefusedJobs, type RefusedJobs } from './refused-jobs.ts'

/** A provider that is loaded and attached once, on first use. */
export interface LazyEngine {
  /** Returns the provider, also after the client is closed: reads still work. */
  use(operation: string): Promise<JobProvider>
  /** Returns the provider for a change. @throws {ClientClosedError} if the client is closed. */
  useOpen(operation: string): Promise<JobProvider>
  /** Returns the provider if it is loaded and open, so that a send need not await it. */
  ready(): JobProvider | undefined
  /**
   * Checks that the open engine supports the client's definitions: those that an event starts, or all.
   *
   * @throws {JobsError} that names all that it does not support.
   */
  checkJobs(event?: string): void
  close(timeoutMs: number): Promise<void>
}

/** The host without what follows from the provider. */
type ClientHost = Omit<JobHost, 'limits' | 'findStepError'>

/** Returns whether the running handler belongs to this client, or to another client of its tenant router. */
function isOwnHandler(scoped: JobSender | undefined, own: JobSender): boolean {
  return (
    scoped === own || (routerLinkOf(own) !== undefined && routerLinkOf(scoped)?.router === routerLinkOf(own)?.router)
  )
}

const attached = new WeakSet<JobProvider>()

/** Attaches a provider. A provider that runs jobs, or reports their changes, serves only one client. */
function attachOnce(provider: JobProvider, host: JobHost): void {
  if (attached.has(provider)) {
    const remedy = `Create one \`${provider.name}\` provider for each client.`
    throw new InvalidOptionError({ option: 'provider', problem: 'already has a client', remedy })
  }
  if (!provider.attach) return
  provider.attach(host)
  attached.add(provider)
}

/**
 * Creates an engine that loads its provider on first use. It checks every definition of the client against the engine's
 * capabilities. Existing ones that the engine does not support are logged when it opens, and do not run. Later ones are
 * rejected when they are defined.
 */
export function createLazyEngine(load: () => JobProvider | Promise<JobProvider>, host: () => ClientHost): LazyEngine {
  // While the engine closes, handlers that are still running can send.
  let isDraining = false
  /** True while the provider closes. */
  let isClosing = false
  let closeWithinMs = Number.POSITIVE_INFINITY
  const isRefused = (): boolean => closing !== undefined && !(isDraining && isOwnHandler(scopedClient(), host().client))
  let provider: JobProvider | undefined
  let opening: Promise<JobProvider> | undefined
  let closing: Promise<void> | undefined
  let refused: RefusedJobs | undefined

  const open = async (): Promise<JobProvider> => {
    const loaded = await load()
    if (loaded?.specificationVersion !== 'v1') {
      throw new InvalidOptionError({
        option: 'provider',
        problem: 'does not implement version `v1` of the provider contract',
        remedy: 'Install compatible versions of the provider and of `@cgk-platform/jobs-core`.',
      })
    }
    const { name, capabilities } = loaded
    const own = host()
    if (own.maxWaiting) requireFeature(loaded, 'maxWaiting')
    refused = findRefusedJobs(withCodecCheck(loaded, own.codec), own.jobs)
    try {
      const limits = limitsOf(name, capabilities)
      attachOnce(loaded, { ...own, jobs: refused.accepted, limits, findStepError: loaded.findStepError?.bind(loaded) })
    } catch (error) {
      refused.close()
      throw error
    }
    logRefused(refused, own.logger)
    return (provider = loaded)
  }

  const use = (operation: string): Promise<JobProvider> => {
    // Closed before it was opened: there is nothing to read, and nobody would close it again.
    if (closing && !opening) return Promise.reject(new ClientClosedError({ operation }))
    opening ??= open().catch((error: unknown) => {
      opening = undefined // the next call tries again
      throw error
    })
    return opening
  }

  const closeOnce = async (): Promise<void> => {
    refused?.close()
    isDraining = true
    try {
      // If opening failed, its caller received the error, and there is nothing to close.
      const opened = await opening?.catch(() => undefined)
      refused?.close() // in case the engine was still opening
      isClosing = true
      await opened?.close?.({ timeoutMs: closeWithinMs })
    } finally {
      isDraining = false
      isClosing = false
    }
  }

  return {
    use,
    async useOpen(operation) {
      if (isRefused()) throw new ClientClosedError({ operation })
      return use(operation)
    },
    ready: () => (isRefused() ? undefined : provider),
    checkJobs: (event) => refused?.check(event),
    close(timeoutMs) {
      const isShorter = timeoutMs < closeWithinMs
      closeWithinMs = Math.min(closeWithinMs, timeoutMs)
      closing ??= closeOnce()
      // A later call can shorten the timeout. The first call reports the result.
      if (isClosing && isShorter) void provider?.close?.({ timeoutMs }).catch(() => undefined)
      return closing
    },
  }
}

/** Returns the engine for checks of definitions: with a codec, it also refuses keys that it would not see. */
function withCodecCheck(provider: JobProvider, codec: JobHost['codec']): Parameters<typeof findRefusedJobs>[0] {
  if (!codec) return provider
  const { name, capabilities } = provider
  const findUnsupported = (definition: Definition): readonly JobsError[] => [
    ...(provider.findUnsupported?.(definition) ?? []),
    ...findEncodedKeys(definition, codec),
  ]
  return { name, capabilities, findUnsupported }
}

/** Logs what the engine does not run. Nobody sends a cron job, so that no other call would report it. */
function logRefused(refused: RefusedJobs, logger: JobHost['logger']): void {
  try {
    refused.check()
  } catch (error) {
    bindLogger(logger, {}).error(`Some jobs of this process do not run. ${toErrorInfo(error).message}`)
  }
}
