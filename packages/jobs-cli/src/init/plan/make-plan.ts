import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'

import { knownEngines } from '@cgk-platform/jobs/engines'
import type { App } from '../app/app.ts'
import { findModule } from '../app/find-module.ts'
import { readManifest } from '../app/read-manifest.ts'
import { hostFor } from '../hosts/host-for.ts'
import type { Host } from '../hosts/host.ts'
import type { TemplateFile } from '../templates/template.ts'
import { templatesFor } from '../templates/templates-for.ts'
import { addScripts } from './add-scripts.ts'
import { appendLines, appendVariables, chosenProvider, lineOf, missingVariables } from './append-variables.ts'
import { isIgnored } from './is-ignored.ts'
import type { Change, ExistingItem, Plan } from './plan.ts'
import { scriptsFor } from './scripts-for.ts'
import { variablesFor } from './variables-for.ts'

/** Computes what to write in an app and what exists already. Writes nothing. */
export function makePlan(app: App, engine: EngineDescriptor, host: Host): Plan {
  const plans = [planFiles, planScripts, planVariables, planGitignore, findLeftovers].map((plan) =>
    plan(app, engine, host),
  )
  return {
    changes: plans.flatMap(({ changes }) => changes),
    existing: plans.flatMap(({ existing }) => existing),
    warnings: [...app.warnings, ...(host.warnings ?? []), ...plans.flatMap((plan) => plan.warnings ?? [])],
  }
}

/** The plan for one kind of change. */
interface PartialPlan {
  readonly changes: readonly Change[]
  readonly existing: readonly ExistingItem[]
  readonly warnings?: readonly string[]
}

function planFiles(app: App, _engine: EngineDescriptor, host: Host): PartialPlan {
  const found = templatesFor(app, host).map((file) => ({ ...file, existingPath: findModule(app.root, file.path) }))
  return {
    changes: found
      .filter(({ existingPath }) => existingPath === undefined)
      .map(({ path, contents }) => ({ path, contents, before: undefined, addedLines: [] })),
    existing: found.flatMap(({ existingPath, ifExists }) =>
      existingPath === undefined ? [] : [{ name: existingPath, remedy: ifExists }],
    ),
  }
}

function planScripts(app: App, engine: EngineDescriptor, host: Host): PartialPlan {
  const { text, manifest } = readManifest(app.root)
  const wanted = Object.entries(scriptsFor(app, engine, host))
  const current = manifest.scripts ?? {}
  const missing = wanted.filter(([name]) => current[name] === undefined)
  return {
    changes: addition(
      'package.json',
      text,
      addScripts(text, Object.fromEntries(missing)),
      missing.map(([name, command]) => `${name}: ${command}`),
    ),
    existing: wanted
      .filter(([name]) => current[name] !== undefined)
      .map(([name, command]) => ({
        name: `script \`${name}\``,
        remedy: current[name] === command ? undefined : `this engine needs \`${command}\``,
      })),
  }
}

function planVariables(app: App, engine: EngineDescriptor): PartialPlan {
  const wanted = variablesFor(engine)
  const changes = ['.env.example', app.variablesFile].flatMap((path) => {
    const text = read(app, path)
    const missing = missingVariables(text ?? '', wanted)
    return addition(path, text, appendVariables(text ?? '', missing), missing.map(lineOf))
  })
  const chosen = chosenProvider(read(app, app.variablesFile) ?? '')
  const isOther = chosen !== undefined && chosen !== engine.name
  return {
    changes,
    existing: isOther
      ? [{ name: `\`JOB_PROVIDER=${chosen}\` in ${app.variablesFile}`, remedy: `set it to \`${engine.name}\`` }]
      : [],
  }
}

/** Adds files to the `.gitignore` of the app, which may not exist yet. */
function planGitignore(app: App, { setup }: EngineDescriptor): PartialPlan {
  const text = read(app, '.gitignore')
  const paths = [app.variablesFile, ...(setup?.ownFiles ?? [])]
  const missing = paths.filter((path) => !isIgnored(app.root, path))
  return { changes: addition('.gitignore', text, appendLines(text ?? '', missing), missing), existing: [] }
}

/** Warns about files from an earlier call for another engine: two hosts would both run the jobs. */
function findLeftovers(app: App, engine: EngineDescriptor, host: Host): PartialPlan {
  const used = new Set(templatesFor(app, host).map(({ path }) => path))
  const isOurs = ({ path, contents }: TemplateFile): boolean => {
    const text = read(app, path)
    return text !== undefined && (text === contents || text.includes('@cgk-platform/jobs'))
  }
  const warnings = knownEngines
    .filter(({ name }) => name !== engine.name)
    .flatMap((other) =>
      templatesFor(app, hostFor(app, other))
        .filter((file) => !used.has(file.path) && isOurs(file))
        .map(({ path }) => `\`${path}\` is for \`${other.name}\`: delete it once the jobs run on \`${engine.name}\`.`),
    )
  return { changes: [], existing: [], warnings: [...new Set(warnings)] }
}

function addition(path: string, before: string | undefined, contents: string, addedLines: readonly string[]): Change[] {
  return addedLines.length === 0 ? [] : [{ path, contents, before, addedLines }]
}

function read({ root }: App, path: string): string | undefined {
  return existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined
}
