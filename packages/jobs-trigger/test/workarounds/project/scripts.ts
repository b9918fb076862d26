import { defineEvents, type EventType, eventType } from '@cgk-platform/jobs-core'

/** The actions of a handler. A task of the SDK and a job perform the same script. */
export interface Script {
  readonly tenantId: string
  readonly does: 'fail' | 'fail hugely' | 'exit' | 'block' | 'take time' | 'return an empty string' | 'send and wait'
  readonly ms?: number
}

declare module '@cgk-platform/jobs-core' {
  interface JobEvents {
    'script.asked': Script
    'script.asked-of-two': Script
    'script.asked-one-by-one': Script
    'script.asked-patiently': Script
    scriptasked: Script
    'script.unhandled': Script
  }
}

const script: EventType<Script> = eventType<Script>()

defineEvents({
  'script.asked': script,
  'script.asked-of-two': script,
  'script.asked-one-by-one': script,
  'script.asked-patiently': script,
  scriptasked: script,
  'script.unhandled': script,
})
