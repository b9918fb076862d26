import type { JobClient } from '@cgk-platform/jobs-core'
import type { JobInspector } from '@cgk-platform/jobs-core/inspect'
import type { z } from 'zod/v4'

import type { Scope } from '../operations/scope-of.ts'

/** The access of the tools to the jobs. */
export interface ToolAccess {
  readonly client: JobClient
  /** The operations on the jobs that the tools may see. */
  readonly scope: Scope
  /** The definitions and events of the process, as far as the tools may see them. */
  readonly known: Pick<JobInspector, 'listDefinitions' | 'listEvents'>
  /** The only tenant that the tools may see. */
  readonly tenantId: string | undefined
  readonly allowsWrites: boolean
  readonly allowsPayloads: boolean
}

/** The result of a tool: data, and a sentence about it. */
export interface ToolResult {
  readonly text: string
  readonly data: Readonly<Record<string, unknown>>
}

/** A tool of the MCP server. */
export interface Tool {
  readonly name: string
  readonly description: string
  readonly input: z.ZodObject
  /** `writes`: the tool changes something. `destroys`: it ends something for good. */
  readonly effect: 'reads' | 'writes' | 'destroys'
  /** @param input - checked against `input` */
  run(input: unknown, signal: AbortSignal): Promise<ToolResult>
}

/** Creates a tool whose input has the type of its schema. Unknown arguments are refused, because a misspelled filter would select more jobs. */
export function createTool<Input extends z.ZodObject>(
  tool: Omit<Tool, 'input' | 'run'> & {
    readonly input: Input
    run(input: z.output<Input>, signal: AbortSignal): Promise<ToolResult>
  },
): Tool {
  return { ...tool, run: (input, signal) => tool.run(input as z.output<Input>, signal) }
}
