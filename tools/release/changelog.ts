/** How a changeset reads in a changelog: as it was written for users, without the commit that it came with. */
const changelog = {
  getReleaseLine: ({ summary }: { summary: string }): string =>
    summary
      .trim()
      .split('\n')
      .map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`.trimEnd()))
      .join('\n'),
  // All packages have one version: that the others have it too tells a reader nothing.
  getDependencyReleaseLine: (): string => '',
}

export default changelog
