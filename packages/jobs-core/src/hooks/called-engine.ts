import type { CalledEngine } from './instrumentation.ts'

/** The members of a provider that tell which engine is called. */
export interface NamedEngine {
  readonly name: string
  serverUrl?(): Promise<string>
}

/** Returns what an instrumentation learns of the engine of a call. */
export async function calledEngine(engine: NamedEngine): Promise<CalledEngine> {
  // The call itself fails for the same reason, with its own error.
  const serverUrl = await engine.serverUrl?.().catch(() => undefined)
  return { provider: engine.name, ...(serverUrl !== undefined && { serverUrl }) }
}
