import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folders of the core in the order in which a reader meets them, and what each is for. */
export const areas: Readonly<Record<string, readonly [title: string, purpose: string]>> = {
  jobs: ['Jobs', 'What is done when an event is sent, or a schedule ticks.'],
  client: ['Client', 'What an app calls. The functions use the default client, or that of the running handler.'],
  events: ['Events', 'The built-in events, events of your own, and how one travels.'],
  workflows: ['Workflows', 'Jobs of several durable steps. What is about records and calls is for hosts.'],
  retry: ['Retries', 'When a failed attempt is tried again.'],
  errors: ['Errors', 'Every error has a code and an `isInstance`, see `JobsError`.'],
  logging: ['Logging', 'The logger of a client, and that of a handler.'],
  provider: ['Provider', 'The contract with an engine, its capabilities, and the choice of one.'],
  runs: ['Runs', 'The status of jobs and runs, hooks, and, for hosts, how an attempt is made.'],
  time: ['Time', 'Durations, schedules and clocks.'],
  options: ['Options', 'How options are checked, for providers.'],
  environment: ['Environment', 'What is read of the process.'],
}

/** In which area each export of a face stands: the folder, or the file, that its source exports it from. */
export function areasOf(source: string): Map<string, string> {
  const found = new Map<string, string>()
  const exports = readFileSync(source, 'utf8').matchAll(/^export (?:type )?(\{[^}]*\}|\*) from '(\.\/([\w-]+)[^']*)'/gm)
  for (const [, list, file, area] of exports) {
    for (const name of list === '*' ? declaredIn(join(dirname(source), file!)) : namesIn(list!))
      found.set(name, area!.replace('.ts', ''))
  }
  return found
}

function namesIn(list: string): string[] {
  return [...list.matchAll(/(?:^|[{,\s])(\w+)(?=\s*[,}])/g)].map(([, name]) => name!)
}

function declaredIn(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name]) => name!)
}
