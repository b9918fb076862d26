import type { Counter, Histogram, Meter } from '@opentelemetry/api'

/** The instruments of the app's SDK. No measurement has a tenant or an id of a job. */
export interface Instruments {
  readonly sent: Counter
  readonly consumed: Counter
  readonly operationDuration: Histogram
  readonly processDuration: Histogram
  readonly waitDuration: Histogram
  readonly attempts: Counter
}

/** The bucket boundaries that the semantic conventions recommend for durations, in seconds. */
const operationBuckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
/** Jobs can wait much longer, such as for a delay. */
const waitBuckets = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 14_400, 86_400]

/** Creates the instruments. Those with the prefix `messaging` are from the semantic conventions 1.45. */
export function createInstruments(meter: Meter): Instruments {
  const seconds = (name: string, description: string, explicitBucketBoundaries = operationBuckets) =>
    meter.createHistogram(name, { unit: 's', description, advice: { explicitBucketBoundaries } })
  return {
    sent: meter.createCounter('messaging.client.sent.messages', {
      unit: '{message}',
      description: 'Events that were passed to the engine.',
    }),
    consumed: meter.createCounter('messaging.client.consumed.messages', {
      unit: '{message}',
      description: 'Events that an attempt has received.',
    }),
    operationDuration: seconds('messaging.client.operation.duration', 'Duration of sends, cancels and retries.'),
    processDuration: seconds('messaging.process.duration', 'Duration of attempts, of a workflow between its waits.'),
    waitDuration: seconds(
      'cgk.jobs.wait.duration',
      'Time from when a run is due to the start of its first attempt.',
      waitBuckets,
    ),
    attempts: meter.createCounter('cgk.jobs.attempts', { unit: '{attempt}', description: 'Attempts, by outcome.' }),
  }
}
