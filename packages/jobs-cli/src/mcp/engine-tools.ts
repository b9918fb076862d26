import { nextRuns } from '@cgk-platform/jobs-core'
import { invalidOption } from '@cgk-platform/jobs-core/provider'
import { z } from 'zod/v4'

import { count } from '../count.ts'
import { createTool, type Tool, type ToolAccess } from './tool.ts'

const nothing = z.strictObject({})

/** Creates the tools that read definitions, pauses and the engine. Facts about the jobs of all tenants need access to all. */
export function createEngineTools({ client, scope, known, tenantId }: ToolAccess): Tool[] {
  const shared = [
    createTool({
      name: 'list_definitions',
      description: "Lists the app's jobs, cron jobs and workflows with their events, limits and retry policies.",
      effect: 'reads',
      input: nothing,
      async run() {
        const definitions = await known.listDefinitions()
        return { text: `${count(definitions.length, 'definition')}.`, data: { definitions } }
      },
    }),
    createTool({
      name: 'list_events',
      description: 'Lists the events that can be sent, with the JSON Schema of their payloads where one is known.',
      effect: 'reads',
      input: nothing,
      async run() {
        const events = await known.listEvents()
        return { text: `${count(events.length, 'event')}.`, data: { events } }
      },
    }),
    createTool({
      name: 'next_ticks',
      description: 'Returns the next ticks of a cron job, or of any schedule.',
      effect: 'reads',
      input: z.strictObject({
        definitionId: z.string().max(500).describe('Id of a cron job').optional(),
        schedule: z.string().max(500).describe('A schedule of five fields, such as `0 9 * * 1-5`').optional(),
        timezone: z.string().max(100).describe('IANA time zone of `schedule`. Default: UTC').optional(),
        count: z.number().int().min(1).max(100).describe('Number of ticks. Default: 5').optional(),
      }),
      async run({ definitionId, schedule, timezone, count: most = 5 }) {
        const found = definitionId === undefined ? { schedule, timezone } : await cronOf(definitionId)
        if (found.schedule === undefined) {
          throw invalidOption('schedule', 'is missing', 'Pass `definitionId` or `schedule`.')
        }
        const ticks = nextRuns(found.schedule, {
          count: most,
          ...(found.timezone !== undefined && { timezone: found.timezone }),
        })
        return { text: `${count(ticks.length, 'tick')}.`, data: { ...found, ticks } }
      },
    }),
    createTool({
      name: 'list_pauses',
      description: 'Lists the definitions and tenants that are paused.',
      effect: 'reads',
      input: nothing,
      async run() {
        const pauses = await scope.listPauses()
        return { text: `${count(pauses.length, 'pause')}.`, data: { pauses } }
      },
    }),
    createTool({
      name: 'get_capabilities',
      description: 'Returns which features the engine supports, and its limits.',
      effect: 'reads',
      input: nothing,
      async run() {
        const capabilities = await client.capabilities()
        return { text: "The engine's features and limits.", data: { ...capabilities } }
      },
    }),
  ]
  const cronOf = async (id: string): Promise<{ schedule: string; timezone: string }> => {
    const cron = (await client.inspect.listDefinitions()).find((one) => one.id === id)?.cron
    if (!cron) throw invalidOption('definitionId', 'is not the id of a cron job', 'Ask `list_definitions`.')
    return { schedule: cron.schedule, timezone: cron.timezone }
  }
  if (tenantId !== undefined) return shared
  return [
    ...shared,
    createTool({
      name: 'health_check',
      description: 'Checks that the engine is reachable and can run the jobs.',
      effect: 'reads',
      input: nothing,
      async run() {
        const health = await client.healthCheck()
        return { text: health.ok ? 'The engine is healthy.' : 'The engine has a problem.', data: { ...health } }
      },
    }),
    createTool({
      name: 'list_workers',
      description: 'Lists the processes that run jobs, with the number of their runs.',
      effect: 'reads',
      input: nothing,
      async run() {
        const workers = await client.inspect.listWorkers()
        return { text: `${count(workers.length, 'worker')}.`, data: { workers } }
      },
    }),
  ]
}
