import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'
import { inngestEngine } from '@cgk-platform/jobs-inngest/descriptor'
import { localEngine } from '@cgk-platform/jobs-local/descriptor'
import { triggerEngine } from '@cgk-platform/jobs-trigger/descriptor'

/** The engines that the commands know before an app has installed anything. The build copies their descriptors. */
export const knownEngines: readonly EngineDescriptor[] = [triggerEngine, inngestEngine, localEngine]
