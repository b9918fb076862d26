import { commandLine } from '@cgk-platform/test-kit/run-command'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { expect, onTestFinished } from 'vitest'

import { bareEnvironment } from '../../../vitest.environment.ts'

/** The result of a tool. */
interface Result {
  readonly isError?: boolean
  readonly structuredContent?: Record<string, unknown>
  readonly content: readonly { readonly text: string }[]
}

/** Starts the server in a folder with the file `jobs.db`, as an assistant does. */
export function connectMcp(folder: string, ...flags: string[]) {
  return connectMcpTo(['--file', 'jobs.db'], folder, ...flags)
}

/** Starts the server on the engine that the flags choose. */
export async function connectMcpTo(engine: readonly string[], folder: string, ...flags: string[]) {
  const transport = new StdioClientTransport({
    command: 'node',
    args: [commandLine, 'mcp', ...engine, ...flags],
    cwd: folder,
    env: bareEnvironment() as Record<string, string>,
    stderr: 'ignore',
  })
  const client = new Client({ name: 'test', version: '0.0.0' })
  await client.connect(transport)
  onTestFinished(() => client.close())
  const call = async (name: string, args: object = {}): Promise<Result> =>
    (await client.callTool({ name, arguments: { ...args } })) as unknown as Result
  return {
    client,
    call,
    async data(name: string, args?: object) {
      const { isError, structuredContent, content } = await call(name, args)
      if (isError) throw new Error(content[0]!.text)
      expect(JSON.parse(content[1]!.text)).toEqual(structuredContent)
      return structuredContent!
    },
    async problem(name: string, args?: object) {
      const { isError, content } = await call(name, args)
      expect(isError).toBe(true)
      return content[0]!.text
    },
  }
}
