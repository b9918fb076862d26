import { type JobProvider, ProviderNotInstalledError } from '@cgk-platform/jobs-core'
import type { ProviderName } from '@cgk-platform/jobs-core/provider'

/** The settings of the hosted engines' providers come with their packages. */
export type AnyConfig = Readonly<Record<string, unknown>>

/**
 * Loads a provider's package, and no other. One literal `import()` for each, inside its own `try`: bundlers follow
 * nothing else.
 *
 * @throws {ProviderNotInstalledError} naming the package to install.
 */
export async function loadProvider(name: ProviderName, config: AnyConfig): Promise<JobProvider> {
  switch (name) {
    case 'local':
      return loadLocal(config)
    case 'inngest':
      return loadInngest(config)
    case 'trigger.dev':
      return loadTrigger(config)
  }
}

async function loadLocal(config: AnyConfig): Promise<JobProvider> {
  try {
    const { createLocalProvider } = await import('@cgk-platform/jobs-local')
    return createLocalProvider(config)
  } catch (cause) {
    throw isMissingModule(cause) ? notInstalled('local', '@cgk-platform/jobs-local', cause) : cause
  }
}

async function loadInngest(config: AnyConfig): Promise<JobProvider> {
  try {
    const { createInngestProvider } = await import('@cgk-platform/jobs-inngest')
    return createInngestProvider(config)
  } catch (cause) {
    throw isMissingModule(cause) ? notInstalled('inngest', '@cgk-platform/jobs-inngest', cause) : cause
  }
}

async function loadTrigger(config: AnyConfig): Promise<JobProvider> {
  try {
    const { createTriggerProvider } = await import('@cgk-platform/jobs-trigger')
    return createTriggerProvider(config)
  } catch (cause) {
    throw isMissingModule(cause) ? notInstalled('trigger.dev', '@cgk-platform/jobs-trigger', cause) : cause
  }
}

function notInstalled(provider: ProviderName, packageName: string, cause: unknown): ProviderNotInstalledError {
  return new ProviderNotInstalledError({ provider, packageName }, { cause })
}

function isMissingModule(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown }
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
}
