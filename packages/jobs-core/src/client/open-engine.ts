import { ClientClosedError } from '../errors/client-closed-error.ts'
import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { checkDefinitionSupport } from '../provider/check-support.ts'
import { scopedClient } from '../runs/async-context.ts'
import type { JobHost, JobProvider } from '../provider/job-provider.ts'

/** A provider that is loaded and attached once, when it is first used. */
export interface Engine {
  /** The provider, also after the client was closed: reading goes on. */
  use(operation: string): Promise<JobProvider>
  /** The provider, for what changes something. @throws {ClientClosedError} once the client is closed. */
  useOpen(operation: string): Promise<JobProvider>
  /** The provider where it is ready and open: lets a send skip a turn. */
  ready(): JobProvider | undefined
  close(timeoutMs: number): Promise<void>
}

const attached = new WeakSet<JobProvider>()

/** A provider that runs jobs, or tells of them, does so for one client. */
function attachOnce(provider: JobProvider, host: JobHost): void {
  if (attached.has(provider)) {
    const remedy = `Make one \`${provider.name}\` provider for each client.`
    throw new InvalidOptionError({ option: 'provider', problem: 'has a client already', remedy })
  }
  if (!provider.attach) return
  provider.attach(host)
  attached.add(provider)
}

/**
 * Loads the provider on first use. Every definition of the client is held against the engine's capabilities: those
 * that are there when it opens, and those that come later.
 */
export function openEngine(load: () => JobProvider | Promise<JobProvider>, host: () => JobHost): Engine {
  // While a closing engine lets its handlers end, what they send still has to be taken.
  let draining = false
  /** True while the provider has been told to close and has not. */
  let isClosing = false
  let closeWithinMs = Number.POSITIVE_INFINITY
  const isRefused = (): boolean => closing !== undefined && !(draining && scopedClient() === host().client)
  let provider: JobProvider | undefined
  let opening: Promise<JobProvider> | undefined
  let closing: Promise<void> | undefined
  let stopWatching = (): void => undefined

  const open = async (): Promise<JobProvider> => {
    const loaded = await load()
    if (loaded?.specificationVersion !== 'v1') {
      throw new InvalidOptionError({
        option: 'provider',
        problem: 'does not speak version `v1` of the provider contract',
        remedy: 'Install versions of the provider and of this package that go together.',
      })
    }
    const { jobs, ...rest } = host()
    const check = (): void => {
      for (const definition of jobs.all()) checkDefinitionSupport(loaded, definition)
    }
    check()
    // Watched before the engine watches, so that it never sees a definition that it was refused.
    stopWatching = jobs.onChange(check)
    try {
      attachOnce(loaded, { jobs, ...rest })
    } catch (error) {
      stopWatching()
      throw error
    }
    return (provider = loaded)
  }

  const use = (operation: string): Promise<JobProvider> => {
    // Closed before it was ever opened: there is nothing to read, and nobody would close it again.
    if (closing && !opening) return Promise.reject(new ClientClosedError({ operation }))
    opening ??= open().catch((error: unknown) => {
      opening = undefined // what failed may be mended: the next call tries again
      throw error
    })
    return opening
  }

  const closeOnce = async (): Promise<void> => {
    stopWatching()
    draining = true
    try {
      // An engine that could not be opened has nothing to close; whoever opened it was told.
      const opened = await opening?.catch(() => undefined)
      stopWatching() // begun meanwhile by an engine that was still opening
      isClosing = true
      await opened?.close?.({ timeoutMs: closeWithinMs })
    } finally {
      draining = false
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
      const isHurried = timeoutMs < closeWithinMs
      closeWithinMs = Math.min(closeWithinMs, timeoutMs)
      closing ??= closeOnce()
      // A later call may hurry an earlier one, which tells what comes of it.
      if (isClosing && isHurried) void provider?.close?.({ timeoutMs }).catch(() => undefined)
      return closing
    },
  }
}
