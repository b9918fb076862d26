/** Formats changesets for the changelog: only their text, without the commit. */
const changelog = {
  getReleaseLine: ({ summary }: { summary: string }): string =>
    summary
      .trim()
      .split('\n')
      .map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`.trimEnd()))
      .join('\n'),
  // All packages share one version, so the changelog does not list the packages that changed with it.
  getDependencyReleaseLine: (): string => '',
}

export default changelog
