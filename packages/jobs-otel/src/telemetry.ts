import {
  createNoopMeter,
  type Meter,
  metrics,
  type MeterProvider,
  ProxyTracerProvider,
  trace,
  type Tracer,
} from '@opentelemetry/api'

import manifest from '../package.json' with { type: 'json' }
import { createInstruments, type Instruments } from './instruments.ts'

/** The instrumentation scope of all spans and metrics. */
const scope = '@cgk-platform/jobs'

const { version } = manifest

/** The version of the semantic conventions. */
const schemaUrl = 'https://opentelemetry.io/schemas/1.45.0'

/** Returns the meter of all metrics. */
export function meterOf(provider: Pick<MeterProvider, 'getMeter'>): Meter {
  return provider.getMeter(scope, version, { schemaUrl })
}

/** The tracer and the instruments of the app's SDK. */
export interface Telemetry {
  /** Returns the tracer; `undefined` if the app has no SDK for traces. */
  tracer(): Tracer | undefined
  /** Returns the instruments; `undefined` if the app has no SDK for metrics. */
  instruments(): Instruments | undefined
}

/** Returns the global telemetry. The app may set it after the client was created. */
export function globalTelemetry(): Telemetry {
  const noopMeter = createNoopMeter()
  let tracer: Tracer | undefined
  let known: MeterProvider | undefined
  let instruments: Instruments | undefined
  return {
    tracer() {
      return (tracer ??= findTracer())
    },
    instruments() {
      const provider = metrics.getMeterProvider()
      if (provider === known) return instruments
      known = provider
      const meter = meterOf(provider)
      instruments = meter === noopMeter ? undefined : createInstruments(meter)
      return instruments
    },
  }
}

/** The API's provider creates a tracer for each call, and none that records before an SDK is set. */
function findTracer(): Tracer | undefined {
  const provider = trace.getTracerProvider()
  if (provider instanceof ProxyTracerProvider && !provider.getDelegateTracer(scope, version, { schemaUrl }))
    return undefined
  return provider.getTracer(scope, version, { schemaUrl })
}
