import type { CalledEngine } from './instrumentation.ts'

/** The members of a provider that tell which engine is called. */
export interface NamedEngine {
  readonly name: string
  serverUrl?(): Promise<string>
}

/** Returns what an instrumentation learns of the engine of a call. */
export async function calledEngine(engine: NamedEngine): Promise<CalledEngine> {
  const serverUrl = await serverUrlOf(engine)
  return { provider: engine.name, ...(serverUrl !== undefined && { serverUrl }) }
}

async function serverUrlOf(engine: NamedEngine): Promise<string | undefined> {
  try {
    return await engine.serverUrl?.()
  } catch {
    return undefined // the call itself fails for the same reason, with its own error
  }
}
