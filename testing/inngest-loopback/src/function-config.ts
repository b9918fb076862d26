import { functionConfigSchema } from 'inngest/types'

/** A function's configuration on the wire, as defined by the SDK. */
export type FunctionConfig = ReturnType<typeof functionConfigSchema.parse>

/** Validates a configuration with the SDK's schema. */
export function parseFunctionConfig(config: unknown): FunctionConfig {
  return functionConfigSchema.parse(config)
}
