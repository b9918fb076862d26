import { processState } from '../runtime/process-state.ts'
import type { EngineDescriptor } from './engine-descriptor.ts'

/** Returns the engines of this process by name, in the order of registration. */
export function enginesByName(): Map<string, EngineDescriptor> {
  return processState('engines', () => new Map())
}
