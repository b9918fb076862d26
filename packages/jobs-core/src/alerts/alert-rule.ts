import type { Feature } from '../engines/capabilities.ts'
import { quote } from '../errors/quote.ts'
import { idOption } from '../jobs/definition-options.ts'
import { declareOptions, type DeclaredOptions } from '../options/declare-options.ts'
import { didYouMean } from '../options/did-you-mean.ts'
import type { Duration } from '../options/duration.ts'
import { kindOf } from '../options/kind-of.ts'
import { duration, integer, number, string } from '../options/kinds.ts'
import type { CreateOptionError } from '../options/option.ts'

/** The options of every rule. */
interface RuleOptions {
  /** The name of the rule in messages, unique among the rules. Default: its kind, with its `definitionId`. */
  name?: string | undefined
  /** The time for which it must hold before an incident begins: milliseconds or `'5m'`. Default: 0, so one tick is enough. */
  for?: number | Duration | undefined
}

interface DefinitionRuleOptions extends RuleOptions {
  /** Only this definition. Default: all. */
  definitionId?: string | undefined
}

interface FailuresOptions extends DefinitionRuleOptions {
  /** The share of the ended runs that may fail: 0 to 1. Default: 0.1. */
  share?: number | undefined
  /** The time before the tick in which runs count that ended: milliseconds or `'15m'`, at least 1 min. Default: 15 min. */
  within?: number | Duration | undefined
  /** The number of failed runs below which it does not alert. Default: 5. */
  atLeast?: number | undefined
}

interface WaitingOptions extends DefinitionRuleOptions {
  /** The time that a job may wait for its first attempt once it is due: milliseconds or `'5m'`, at least 1 s. Default: 5 min. */
  longerThan?: number | Duration | undefined
}

interface BacklogOptions extends DefinitionRuleOptions {
  /** The number of jobs that may wait for their turn: 0 to 99,999. */
  moreThan: number
}

interface CronOptions extends DefinitionRuleOptions {
  /** The time by which the job of a tick may be late: milliseconds or `'5m'`, at least 1 min. Default: 5 min. */
  lateBy?: number | Duration | undefined
}

interface WorkersOptions extends DefinitionRuleOptions {
  /** The number of live workers that must be there, with `definitionId` of those that have it. Default: 1. */
  fewerThan?: number | undefined
}

/**
 * A rule of `defineAlerts`:
 *
 * - `failures`: too many runs failed, after their last attempt
 * - `waiting`: a job waits too long for its first attempt; jobs of `retryJob` do not count
 * - `backlog`: too many jobs wait for their turn
 * - `cron`: a tick of a cron job of this process has sent no job
 * - `workers`: too few processes run jobs
 * - `health`: a check of `healthCheck` fails
 */
export type AlertRule =
  | ({ kind: 'failures' } & FailuresOptions)
  | ({ kind: 'waiting' } & WaitingOptions)
  | ({ kind: 'backlog' } & BacklogOptions)
  | ({ kind: 'cron' } & CronOptions)
  | ({ kind: 'workers' } & WorkersOptions)
  | ({ kind: 'health' } & RuleOptions)

/** The kind of a rule. */
export type AlertKind = AlertRule['kind']

/** The checked options of a rule of any kind. */
interface CheckedOptions {
  readonly name?: string
  readonly forMs?: number
  readonly definitionId?: string
  readonly share?: number
  readonly withinMs?: number
  readonly atLeast?: number
  readonly longerThanMs?: number
  readonly moreThan?: number
  readonly lateByMs?: number
  readonly fewerThan?: number
}

/** A checked rule. */
export interface CheckedRule extends CheckedOptions {
  readonly kind: AlertKind
  readonly name: string
}

const { required: _, ...optionalId } = idOption
const common = { name: string({ maxLength: 200 }), for: duration() }
const ofDefinition = { ...common, definitionId: optionalId }
const ruleOf = (kind: AlertKind): string => `a rule of kind \`${kind}\``

/** The options of each kind of rule. */
const ruleOptions: Readonly<Record<AlertKind, DeclaredOptions<CheckedOptions>>> = {
  failures: declareOptions<FailuresOptions, CheckedOptions>(ruleOf('failures'), {
    ...ofDefinition,
    share: number({ min: 0, max: 1, remedy: 'Pass a number from 0 to 1: `0.1` is 10 %.' }),
    within: duration({ minMs: 60_000, remedy: "Pass at least one minute, such as `'15m'`." }),
    atLeast: integer(),
  }),
  waiting: declareOptions<WaitingOptions, CheckedOptions>(ruleOf('waiting'), {
    ...ofDefinition,
    longerThan: duration({ minMs: 1000, remedy: "Pass at least one second, such as `'5m'`." }),
  }),
  backlog: declareOptions<BacklogOptions, CheckedOptions>(ruleOf('backlog'), {
    ...ofDefinition,
    // An engine counts up to 100,000.
    moreThan: integer({ min: 0, max: 99_999, required: 'Pass the number of jobs that may wait.' }),
  }),
  cron: declareOptions<CronOptions, CheckedOptions>(ruleOf('cron'), {
    ...ofDefinition,
    lateBy: duration({ minMs: 60_000, remedy: "Pass at least one minute, such as `'5m'`." }),
  }),
  workers: declareOptions<WorkersOptions, CheckedOptions>(ruleOf('workers'), {
    ...ofDefinition,
    fewerThan: integer(),
  }),
  health: declareOptions<RuleOptions, CheckedOptions>(ruleOf('health'), common),
}

/** The features that each kind of rule needs. Only an engine that counts finds the job that has waited longest. */
const featuresOf: Readonly<Record<AlertKind, readonly Feature[]>> = {
  failures: [],
  waiting: ['inspect.countJobs: exact', 'inspect.listJobs, oldest first'],
  backlog: ['inspect.countJobs: exact'],
  cron: [],
  workers: ['inspect.listWorkers'],
  health: [],
}

const kinds = Object.keys(ruleOptions) as AlertKind[]

/** To read the output of the previous tick. */
const featuresOfTick: readonly Feature[] = [
  'inspect.listJobs',
  'inspect.listJobs by definition',
  'inspect.listJobs by state',
]

/** Returns the features that rules need of the engine. */
export function featuresOfRules(rules: readonly CheckedRule[]): readonly Feature[] {
  return [...new Set([...featuresOfTick, ...rules.flatMap(({ kind }) => featuresOf[kind])])]
}

/** Checks the option `rules`. @throws the error that `createError` creates. */
export function readRules(given: unknown, name: string, createError: CreateOptionError): readonly CheckedRule[] {
  const remedy = "Pass an array of rules, such as `[{ kind: 'failures' }]`."
  if (!Array.isArray(given)) throw createError(name, `is ${kindOf(given)}, not an array`, remedy)
  if (given.length === 0) throw createError(name, 'is empty', remedy)
  const rules: CheckedRule[] = []
  for (const [index, rule] of given.entries()) {
    const at = `${name}[${index}]`
    const checked = readRule(rule, at, createError)
    if (rules.some((other) => other.name === checked.name)) {
      const problem = `is ${quote(checked.name)}, as of another rule`
      throw createError(`${at}.name`, problem, 'Give each rule a `name` of its own.')
    }
    rules.push(checked)
  }
  return rules
}

function readRule(given: unknown, at: string, createError: CreateOptionError): CheckedRule {
  const { kind, ...options } = (typeof given === 'object' && given !== null ? given : {}) as Partial<AlertRule>
  if (kind === undefined || !kinds.includes(kind)) {
    const problem = kind === undefined ? 'is missing' : `is ${quote(kind)}`
    const remedy = `${didYouMean(kind, kinds)}Use ${kinds.map((one) => `'${one}'`).join(', ')}.`
    throw createError(`${at}.kind`, problem, remedy)
  }
  const checked = ruleOptions[kind].read(options, (option, problem, remedy) =>
    createError(option === 'options' ? at : `${at}.${option}`, problem, remedy),
  )
  const { definitionId } = checked
  return { name: definitionId === undefined ? kind : `${kind} ${definitionId}`, ...checked, kind }
}
