/** The categories of the profile, in the order in which they are printed. */
export const categories = [
  'schema',
  'JSON',
  'id',
  'maps/queues/rows',
  'async/promises/timers',
  'handler/payloads',
  'SQL',
  'commits',
  'garbage collection',
  'send',
  'attempt',
  'engine',
  'other',
  'idle',
  'waiting for a processor',
] as const

/** A part of the time of a job. */
export type Category = (typeof categories)[number]

/** The name and file of a function in a profile. V8's own entries and native functions have no file. */
export interface Frame {
  readonly functionName: string
  readonly url: string
}

/** The name of the function through which a profiled run commits. A profile shows names, not arguments. */
export const commitFunction = 'commitTransaction'

// The first match counts.
const byFile: readonly (readonly [RegExp, Category])[] = [
  [/\/node_modules\/.*\/zod\/|\/events\/(catalogue\/|validate-payload)/, 'schema'],
  [/\/events\/(to-json|plain-copy|json|envelope)\.ts|\/runs\/to-output|\/profile\/name-hidden-work/, 'JSON'],
  [/\/ulid\/|\/job-id\.ts/, 'id'],
  [/\/jobs-local\/src\/(store|rules|queues|records)\//, 'maps/queues/rows'],
  [
    /async[-_](hooks|context|storage|local_storage)|node:(internal\/)?(timers|process\/task_queues)|system-clock|machine-clock/,
    'async/promises/timers',
  ],
  [/\/tools\/bench/, 'handler/payloads'],
  [/\/jobs-core\/src\/(client|events|provider)\/|\/local-provider\.ts/, 'send'],
  [/\/jobs-core\/src\/|node:internal\/(abort_controller|event_target)/, 'attempt'],
  [/\/jobs-local\/src\//, 'engine'],
]

const byName: Readonly<Record<string, Category>> = {
  '(garbage collector)': 'garbage collection',
  '(idle)': 'idle',
  '(program)': 'other',
  '(root)': 'other',
  runMicrotasks: 'async/promises/timers',
  enqueueMicrotask: 'async/promises/timers',
}

const sqlMethods = new Set(['run', 'all', 'get', 'iterate', 'exec', 'prepare'])
const sqlCallers = /\/store\/sqlite\/|\/name-hidden-work/

/**
 * Returns the category of a function's own time. A function without one, such as a native function, has that of its
 * caller.
 */
export function categoryOf({ functionName, url }: Frame, caller: Frame | undefined, callers: Category): Category {
  if (url === '' && sqlMethods.has(functionName) && sqlCallers.test(caller?.url ?? ''))
    return caller!.functionName === commitFunction ? 'commits' : 'SQL'
  const named = url === '' ? byName[functionName] : undefined
  return named ?? byFile.find(([pattern]) => pattern.test(url))?.[1] ?? callers
}
