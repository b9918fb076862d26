import { InvalidOptionError, type Json } from '@cgk-platform/jobs-core'
import { cronEventOf, type Envelope } from '@cgk-platform/jobs-core/provider'

import { altered, withHandlers, withRuns, withSends } from './altered.ts'
import { breaking, type BrokenProvider } from './broken-provider.ts'
import { refusingNothing } from './refusing-nothing.ts'

/** Changes every member of a payload, deeply; `undefined` drops it. */
function deeply(value: Json, change: (member: Json) => Json | undefined): Json {
  if (Array.isArray(value)) return value.map((item) => deeply(change(item) ?? null, change))
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).flatMap(([key, member]) => {
    const changed = change(member)
    return changed === undefined ? [] : [[key, deeply(changed, change)] as const]
  })
  return Object.fromEntries(members)
}

function withPayload(envelope: Envelope, change: (member: Json) => Json | undefined): Envelope {
  return envelope.event.startsWith(cronEventOf(''))
    ? envelope
    : { ...envelope, payload: deeply(envelope.payload, change) }
}

const isDateText = /^\d{4}-\d\d-\d\dT/

/** Faults in how payloads and outputs are checked and carried. */
export const brokenPayloads: readonly BrokenProvider[] = [
  ...breaking('validation', {
    'refuses nothing': {
      caughtBy: [
        'bad-payload-is-refused-at-send',
        'any-standard-schema',
        'type-alone-checks-tenant-and-json',
        'unknown-events-are-refused',
        'wait-times-out',
        'list-refuses-wrong-filters',
        'tenant-required',
        'for-tenant-needs-a-tenant',
        'catalogue-is-checked',
        'unsendable-values-are-refused',
        'size-limit-can-be-raised-to-the-engines',
        'wrong-max-attempts',
        'malformed-times-are-refused',
      ],
      wrapClient: refusingNothing,
    },
    'does not check payloads before the handler': {
      caughtBy: [
        'handler-gets-what-the-schema-makes',
        'bad-payload-of-another-producer',
        'good-payload-of-another-producer',
        'bad-items-of-a-batch',
      ],
      // Under a name whose schema takes anything, with the subscribers of the true one.
      wrap(provider) {
        const typed = 'conformance.typed'
        const lax = 'conformance.nobody'
        return altered(provider, {
          attach: (host) =>
            provider.attach!({
              ...host,
              jobs: { ...host.jobs, subscribers: (event) => host.jobs.subscribers(event === lax ? typed : event) },
            }),
          send: (envelopes) =>
            provider.send(envelopes.map((one) => (one.event === typed ? { ...one, event: lax } : one))),
        })
      },
    },
    'tries a payload that does not fit again and again': {
      caughtBy: ['bad-payload-of-another-producer'],
      wrap: (provider) =>
        withRuns(provider, (run) =>
          run.error?.code === 'payload_invalid' ? { ...run, attempts: run.maxAttempts } : run,
        ),
    },
    'refuses a batch for one of its items': {
      caughtBy: ['bad-items-of-a-batch'],
      wrap: (provider) =>
        altered(provider, {
          send: async (envelopes) => (await provider.send(envelopes)).slice(0, 1),
        }),
    },
    'believes the tenant that a payload names': {
      caughtBy: ['tenant-of-another-producer'],
      wrap: (provider) =>
        withSends(provider, (envelope) => ({
          ...envelope,
          tenantId: (envelope.payload as { tenantId?: string }).tenantId ?? envelope.tenantId,
        })),
    },
    'hands over what the sender gave, unread': {
      caughtBy: ['handler-gets-what-the-schema-makes', 'good-payload-of-another-producer', 'any-standard-schema'],
      wrap(provider) {
        const sent = new Map<string, Json>()
        return {
          ...withHandlers(provider, ({ event, handle }) =>
            handle(event && { event: { ...event, payload: sent.get(event.id) ?? event.payload } }),
          ),
          send(envelopes) {
            for (const { id, payload } of envelopes) sent.set(id, payload)
            return provider.send(envelopes)
          },
        }
      },
    },
  }),
  ...breaking('wire', {
    'shares one payload object among handlers': {
      caughtBy: ['handlers-do-not-share-a-payload', 'attempts-do-not-share-a-payload'],
      wrap(provider) {
        const shared = new Map<string, unknown>()
        return withHandlers(provider, ({ event, handle }) => {
          if (!event) return handle()
          if (!shared.has(event.id)) shared.set(event.id, event.payload)
          return handle({ event: { ...event, payload: shared.get(event.id) } })
        })
      },
    },
    'drops null': {
      caughtBy: ['payload-arrives-as-it-was', 'output-arrives-as-it-was'],
      wrap: (provider) => withSends(provider, (envelope) => withPayload(envelope, (member) => member ?? undefined)),
    },
    'cuts long texts': {
      caughtBy: ['large-payload-arrives'],
      wrap: (provider) =>
        withSends(provider, (envelope) =>
          withPayload(envelope, (member) => (typeof member === 'string' ? member.slice(0, 65_536) : member)),
        ),
    },
    'carries texts as Latin-1': {
      caughtBy: ['payload-arrives-as-it-was', 'output-arrives-as-it-was'],
      wrap: (provider) =>
        withSends(provider, (envelope) =>
          withPayload(envelope, (member) =>
            typeof member === 'string' ? Buffer.from(member, 'latin1').toString('latin1') : member,
          ),
        ),
    },
    'takes texts that look like dates for dates': {
      caughtBy: ['payload-arrives-as-it-was'],
      wrap: (provider) =>
        withSends(provider, (envelope) =>
          withPayload(envelope, (member) =>
            typeof member === 'string' && isDateText.test(member) ? Date.parse(member) : member,
          ),
        ),
    },
    'takes no payload over 64 KiB': {
      caughtBy: ['large-payload-arrives', 'too-large-payload-is-refused'],
      wrap: (provider) => altered(provider, { capabilities: { ...provider.capabilities, maxPayloadBytes: 65_536 } }),
    },
    'takes less than it declares': {
      caughtBy: ['large-payload-arrives'],
      wrap: (provider) =>
        altered(provider, {
          send: (envelopes) => {
            const { payload } = envelopes[0]!
            if (JSON.stringify(payload).length < 100_000) return provider.send(envelopes)
            throw new InvalidOptionError({ option: 'payload', problem: 'is too large', remedy: 'Send less.' })
          },
        }),
    },
    'reads outputs that handlers may still change': {
      caughtBy: ['handler-may-change-its-output'],
      wrap(provider) {
        const outputs = new Map<string, unknown>()
        return {
          ...withHandlers(provider, async ({ context, handle }) => {
            const output = await handle()
            outputs.set(context.runId, output)
            return output
          }),
          status: withRuns(provider, (run) =>
            run.output === undefined ? run : { ...run, output: outputs.get(run.id) },
          ).status,
        }
      },
    },
    'makes null of no output': {
      caughtBy: ['no-output-is-no-output'],
      wrap: (provider) =>
        withRuns(provider, (run) => (run.state === 'completed' ? { ...run, output: run.output ?? null } : run)),
    },
    'drops outputs that are false': {
      caughtBy: ['output-arrives-as-it-was'],
      wrap: (provider) => withRuns(provider, ({ output, ...run }) => (output ? { ...run, output } : run)),
    },
    'cuts large outputs': {
      caughtBy: ['largest-output'],
      wrap: (provider) =>
        withRuns(provider, (run) =>
          typeof run.output === 'string' ? { ...run, output: run.output.slice(0, 65_536) } : run,
        ),
    },
    'declares a limit of outputs and keeps none': {
      caughtBy: ['largest-output'],
      wrap: (provider) => altered(provider, { capabilities: { ...provider.capabilities, maxOutputBytes: 1000 } }),
    },
    'takes an output that is no JSON for none': {
      caughtBy: ['output-that-is-not-json-fails-for-good'],
      wrap: (provider) =>
        withHandlers(provider, async ({ handle }) => {
          const output = await handle()
          try {
            return JSON.parse(JSON.stringify(output)) as unknown
          } catch {
            return undefined
          }
        }),
    },
  }),
]
