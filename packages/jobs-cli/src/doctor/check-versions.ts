import { relative } from 'node:path'

import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'
import { satisfies } from 'semver'

import { checkVendorVersions } from './check-vendor-versions.ts'
import type { CheckResult, Finding, PackageFacts } from './doctor-report.ts'
import { findPackages } from './find-packages.ts'
import type { InstalledPackage } from './installed-package.ts'

/** What is installed for an app, and whether it goes together. */
export function checkVersions({
  engines,
  cwd,
  ownVersion,
  provider,
  nodeVersion = process.versions.node,
}: {
  engines: readonly EngineDescriptor[]
  cwd: string
  /** Of the package that this command comes with. */
  ownVersion: string
  /** The name of the chosen engine. */
  provider: string | undefined
  nodeVersion?: string
}): CheckResult<readonly PackageFacts[]> {
  const { ours, others, vendors } = findPackages(cwd, engines)
  const ofVendors = vendors.flatMap(({ sdk, appSdk, tools }) => [sdk, appSdk, ...tools])
  const all = new Map([...ours, ...others, ...ofVendors].flatMap((one) => (one ? [[one.folder, one] as const] : [])))
  const problems = [
    ...findingsOfNode([...ours, ...others], nodeVersion),
    ...findingsOfFamily(ours, ownVersion, cwd),
    ...vendors.flatMap((vendor) => checkVendorVersions(vendor, provider)),
  ]
  return {
    facts: [...all.values()].map(({ name, version, folder }) => ({ name, version, path: relative(cwd, folder) })),
    findings: [
      { check: 'versions', status: 'ok', message: `Node ${nodeVersion}${listed([...all.values()])}` },
      ...problems.map((problem) => ({ check: 'versions' as const, ...problem })),
    ],
  }
}

type Unplaced = Omit<Finding, 'check'>

/** Packages of one version in one breath. */
function listed(packages: readonly InstalledPackage[]): string {
  const names = new Map<string, string>()
  for (const { name, version } of packages) {
    const title = name.startsWith('@cgk-platform/') ? '@cgk-platform/jobs' : name
    names.set(`${title} ${version}`, title)
  }
  return [...names.keys()].map((one) => `, ${one}`).join('')
}

function findingsOfNode(ours: readonly InstalledPackage[], nodeVersion: string): Unplaced[] {
  const unmet = ours.find(({ node }) => node !== undefined && !satisfies(nodeVersion, node))
  if (!unmet) return []
  const message = `Node ${nodeVersion} runs, and \`${unmet.name}\` ${unmet.version} needs ${unmet.node}`
  return [{ status: 'problem', message, remedy: 'Install a Node of that range.' }]
}

function findingsOfFamily(ours: readonly InstalledPackage[], ownVersion: string, cwd: string): Unplaced[] {
  if (ours.length === 0) {
    const message = 'no package of @cgk-platform/jobs is installed here'
    return [{ status: 'warning', message, remedy: "Run this in the app's folder, or install `@cgk-platform/jobs`." }]
  }
  const versions = new Set(ours.map(({ version }) => version))
  if (versions.size > 1) {
    const message = `the packages of @cgk-platform/jobs differ: ${named(ours)}`
    return [{ status: 'problem', message, remedy: 'Give all of them the same version, and install again.' }]
  }
  const [version] = versions
  const cores = ours.filter(({ name }) => name === '@cgk-platform/jobs-core')
  return [
    ...(version === ownVersion ? [] : [ofAnotherDoctor(ownVersion, version!)]),
    ...(cores.length > 1 ? [ofTwoCores(cores, cwd)] : []),
  ]
}

function ofAnotherDoctor(ownVersion: string, version: string): Unplaced {
  const message = `this doctor is of ${ownVersion}, and the app has ${version}`
  return { status: 'warning', message, remedy: `\`npx @cgk-platform/jobs-cli@${version} doctor\` is the app's own.` }
}

function ofTwoCores(cores: readonly InstalledPackage[], cwd: string): Unplaced {
  const places = cores.map(({ folder }) => relative(cwd, folder)).join(' and ')
  const message = `\`@cgk-platform/jobs-core\` is installed ${cores.length} times: ${places}`
  const remedy = 'They share their jobs, but `instanceof` fails between them; let the package manager dedupe them.'
  return { status: 'warning', message, remedy }
}

function named(packages: readonly InstalledPackage[]): string {
  return packages.map(({ name, version }) => `\`${name}\` ${version}`).join(', ')
}
