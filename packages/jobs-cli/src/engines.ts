import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'
import { inngestEngine } from '@cgk-platform/jobs-inngest/descriptor'
import { localEngine } from '@cgk-platform/jobs-local/descriptor'
import { triggerEngine } from '@cgk-platform/jobs-trigger/descriptor'

/** The engines that this command knows, whether or not an app has installed them. The build copies these data into it. */
export const knownEngines: readonly EngineDescriptor[] = [triggerEngine, inngestEngine, localEngine]
