import { ClientClosedError } from '../errors/client-closed-error.ts'
import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { checkDefinitionSupport } from './check-support.ts'
import { scopedClient } from '../ambient/async-context.ts'
import type { JobHost } from '../runs/job-host.ts'
import type { JobProvider } from './job-provider.ts'
import { limitsOf } from '../engines/limits-of.ts'
import type { JobSender } from '../sends/job-sender.ts'
import { routerLinkOf } from '../ambient/router-link.ts'

/** A provider that is loaded and attached once, on first use. */
export interface LazyEngine {
  /** Returns the provider, also after the client is closed: reads still work. */
  use(operation: string): Promise<JobProvider>
  /** Returns the provider for a change. @throws {ClientClosedError} if the client is closed. */
  useOpen(operation: string): Promise<JobProvider>
  /** Returns the provider if it is loaded and open, so that a send need not await it. */
  ready(): JobProvider | undefined
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
 * capabilities: existing definitions when the engine opens, later ones when they are defined.
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
  let stopWatching = (): void => undefined

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
    const { jobs } = own
    const check = (): void => {
      for (const definition of jobs.all()) checkDefinitionSupport(loaded, definition)
    }
    check()
    // Watch before the engine does, so that the engine never sees a definition that it does not support.
    stopWatching = jobs.onChange(check)
    try {
      attachOnce(loaded, { ...own, limits: limitsOf(name, capabilities), findStepError: loaded.findStepError })
    } catch (error) {
      stopWatching()
      throw error
    }
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
    stopWatching()
    isDraining = true
    try {
      // If opening failed, its caller received the error, and there is nothing to close.
      const opened = await opening?.catch(() => undefined)
      stopWatching() // in case the engine was still opening
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
