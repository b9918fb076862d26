import { readDocument } from '@cgk-platform/test-kit/documents'
import { blocksOf } from '@cgk-platform/test-kit/extract-snippets'
import { runCommand } from '@cgk-platform/test-kit/run-command'
import { rowsOf } from '@cgk-platform/test-kit/tables'
import { Command } from 'commander'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { registerDashboard } from '../src/dashboard/register-dashboard.ts'
import { createEngineTools } from '../src/mcp/engine-tools.ts'
import { createJobTools } from '../src/mcp/job-tools.ts'
import { registerMcp } from '../src/mcp/register-mcp.ts'
import type { ToolAccess } from '../src/mcp/tool.ts'
import { createWriteTools } from '../src/mcp/write-tools.ts'
import { registerOperations } from '../src/operations/register-operations.ts'
import { createSeededProject, type SeededProject } from './seeded-project.ts'

// Runs the examples of docs/cli.md that look at jobs, and compares its lists with the commands.

const document = readDocument('docs/cli.md')
const sectionOf = (title: string): string => document.split(/^## /m).find((text) => text.startsWith(`${title}\n`))!
const section = sectionOf('Look at jobs and steer them')
let project: SeededProject

beforeAll(async () => {
  project = await createSeededProject("new Error('The mail server is busy')")
})
afterAll(() => project.remove())

/** Replaces ids and durations, and spaces that align them. */
function normalized(text: string): string {
  return text
    .replaceAll(/\b[0-9A-Z]{26}\b/g, 'id')
    .replaceAll(/\b\d+(?:\.\d)?m?s\b/g, '1s')
    .replaceAll(/ {2,}/g, '  ')
    .trimEnd()
}

const prefix = 'npx @cgk-platform/jobs-cli '
const blocks = blocksOf(section)
const examples = blocks.flatMap(({ code }, index) =>
  blocks[index + 1]?.info === 'text' ? [[code, blocks[index + 1]!.code] as const] : [],
)

test('there are examples', () => expect(examples).toHaveLength(2))

test.each(examples)('%s', async (command, printed) => {
  expect(command.startsWith(prefix)).toBe(true)
  const { stdout, stderr, exitCode } = await runCommand(command.slice(prefix.length).split(' '), project.folder)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(normalized(stdout)).toBe(normalized(printed))
})

function commandsOf(register: (program: Command) => void): readonly Command[] {
  const program = new Command()
  register(program)
  return program.commands.flatMap((command) => [command, ...command.commands])
}

const optionsOf = (commands: readonly Command[]): Set<string> =>
  new Set(commands.flatMap(({ options }) => options.map(({ long }) => long!)))
const namedIn = (text: string): Set<string> => new Set(text.match(/--[a-z][\w-]*/g))

test('the guide names every command and option that looks at jobs or steers them', () => {
  const commands = commandsOf(registerOperations)
  expect(namedIn(section)).toEqual(optionsOf(commands))
  const rows = rowsOf(document, 'Command', 'What it does').map(([command]) => command!)
  const named = new Set(rows.flatMap((row) => [...row.matchAll(/(?:^|, )([a-z]+)/g)].map(([, name]) => name!)))
  expect(named).toEqual(new Set(commands.filter(({ parent }) => parent?.parent === null).map((one) => one.name())))
})

test.each([
  ['dashboard', registerDashboard],
  ['mcp', registerMcp],
])('the guide lists the options of `%s`', (title, register) => {
  const listed = [...sectionOf(title).matchAll(/^- `(--[\w-]+)/gm)].map(([, option]) => option!)
  const shared = optionsOf(commandsOf(registerOperations).filter((one) => one.name() === 'workers'))
  const own = [...optionsOf(commandsOf(register))].filter((option) => !shared.has(option))
  expect(new Set(listed)).toEqual(new Set(own))
})

test('the guide lists the tools', () => {
  const access = { client: {}, scope: {}, tenantId: undefined, allowsPayloads: false } as ToolAccess
  const tools = [...createJobTools(access), ...createEngineTools(access), ...createWriteTools(access)]
  const listed = rowsOf(document, 'Tools', 'Names').flatMap(([, names]) => names!.match(/\w+/g)!)
  expect(listed.toSorted()).toEqual(tools.map(({ name }) => name).toSorted())
  const ofTenant = { ...access, tenantId: 'shop_1' }
  const fewer = new Set([...createEngineTools(ofTenant), ...createWriteTools(ofTenant)].map(({ name }) => name))
  expect(['health_check', 'list_workers', 'run_cron_job'].filter((name) => fewer.has(name))).toEqual([])
})
