import { functionConfigSchema } from 'inngest/types'

/** A function's configuration on the wire, as the SDK itself describes it. */
export type FunctionConfig = ReturnType<typeof functionConfigSchema.parse>

/** Checks a configuration with the SDK's own schema. */
export function parseFunctionConfig(config: unknown): FunctionConfig {
  return functionConfigSchema.parse(config)
}
