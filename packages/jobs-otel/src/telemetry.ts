import {
  createNoopMeter,
  type Meter,
  metrics,
  type MeterProvider,
  ProxyTracerProvider,
  trace,
  type Tracer,
} from '@opentelemetry/api'

import { createInstruments, type Instruments } from './instruments.ts'

/** The instrumentation scope of all spans and metrics. */
export const scope = '@cgk-platform/jobs'

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
      const meter: Meter = provider.getMeter(scope)
      instruments = meter === noopMeter ? undefined : createInstruments(meter)
      return instruments
    },
  }
}

/** The API's provider creates a tracer for each call, and none that records before an SDK is set. */
function findTracer(): Tracer | undefined {
  const provider = trace.getTracerProvider()
  if (provider instanceof ProxyTracerProvider && !provider.getDelegateTracer(scope)) return undefined
  return provider.getTracer(scope)
}
