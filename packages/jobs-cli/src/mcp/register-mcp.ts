import type { Command } from 'commander'

import { addClientFlags, type ClientFlags } from '../client/client-flags.ts'
import { providePackage } from '../packages/provide-package.ts'

/** The command that brings the SDK, which is too large for every install of this package. */
const withSdk = 'npx --package=@modelcontextprotocol/sdk@1 --package=@cgk-platform/jobs-cli cgk-jobs mcp'

interface Flags extends ClientFlags {
  readonly tenant?: string
  readonly allowWrites?: boolean
  readonly allowPayloads?: boolean
}

/** Adds the command `mcp`. */
export function registerMcp(program: Command): void {
  const mcp = program
    .command('mcp')
    .description('serve the jobs to an assistant: a Model Context Protocol server on stdio')
    .option('--allow-writes', 'also offer tools that send, retry, cancel, pause and resume')
    .option('--allow-payloads', 'also show payloads, outputs and stacks')
    .option('--tenant <id>', 'only the jobs of this tenant')
  addClientFlags(mcp).action(async (flags: Flags) => {
    const { serveMcp } = await loadServer(mcp)
    const { runOperation } = await import('../operations/run-operation.ts')
    const { limitToTenant } = await import('@cgk-platform/jobs-core/tools')
    await runOperation(
      flags,
      async ({ client, writeOut, untilInterrupted }) => {
        const { tenant: tenantId, allowWrites: allowsWrites = false, allowPayloads: allowsPayloads = false } = flags
        const limited = tenantId === undefined ? undefined : limitToTenant(client, tenantId)
        const seen = { scope: limited ?? client, known: limited ?? client.inspect }
        const access = { client, ...seen, tenantId, allowsWrites, allowsPayloads }
        return serveMcp(access, { version: program.version() ?? '', writeOut, interrupted: untilInterrupted() })
      },
      'needs-jobs',
    )
  })
}

async function loadServer(mcp: Command) {
  for (const name of ['@modelcontextprotocol/sdk', 'zod']) providePackage(name)
  try {
    return await import('./serve-mcp.ts')
  } catch (error) {
    const isMissing =
      (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND' &&
      /@modelcontextprotocol|'zod'/.test(String(error))
    if (!isMissing) throw error
    const message = `This command needs the package \`@modelcontextprotocol/sdk\`. Run \`${withSdk}\`, or install it next to \`@cgk-platform/jobs-cli\`.`
    return mcp.error(`error: ${message} (no_sdk)`)
  }
}
