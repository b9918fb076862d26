/** A phrase that is not allowed, and what to write. Spaces also match line ends and the stars of a comment. */
export interface Phrase {
  /** A regular expression. It matches whole words, in either case. */
  readonly pattern: string
  readonly advice: string
}

/** The words of docs/contributing/glossary.md, and plain English around them. */
export const phrases: readonly Phrase[] = [
  // One term for each concept
  { pattern: 'undo(?:ne|es|ing)?|undos', advice: 'compensate, compensation' },
  { pattern: 'misfits?', advice: 'mismatch' },
  { pattern: 'flights?', advice: 'running attempt' },
  { pattern: 'foreign events?', advice: 'external event' },
  { pattern: 'passing (?:failures?|errors?)', advice: 'transient' },

  // Passive voice and old-fashioned words
  { pattern: '(?:is|are|was|were|be|being|been) waited for', advice: 'awaits, waits for' },
  { pattern: '(?:is|are|was|were|be|been) told', advice: 'report to, receives' },
  { pattern: '(?:is|are|was|were|be|been) made again', advice: 'retry, repeat' },
  { pattern: '(?:is|are|was|were|be|been) let through', advice: 'pass' },
  { pattern: 'lets? nothing of', advice: 'never throws' },
  { pattern: 'no longer than so', advice: 'at most' },
  { pattern: '(?:its|the|their) most is', advice: 'the maximum is' },
  { pattern: 'at its most', advice: 'at most' },
  { pattern: 'in vain', advice: 'without success, or name what failed' },
  { pattern: 'anew', advice: 'again' },
  { pattern: 'as (?:it|they) stands?', advice: 'current' },
  { pattern: 'the life of', advice: 'lifetime' },
  { pattern: 'that is no (?:text|string|number|object|function|array|step|job|error)', advice: 'that is not a …' },
  { pattern: 'is no (?:text|string|number|object|function|array)', advice: 'is not a …' },
  { pattern: 'none of (?:its|their|our|your) own', advice: 'say what it is' },
  { pattern: 'goes? on unwatched', advice: 'continues, is not cancelled' },
  { pattern: 'what became of', advice: 'the result, the outcome' },
  { pattern: 'hands? (?:it|them) over', advice: 'passes' },
  { pattern: 'whereby|thereby|therein|wherein|lest|save for', advice: 'plain words' },
  { pattern: 'at once where', advice: 'immediately if' },
  { pattern: '(?:is|are|was|were|be|been) (?:asked|kept)', advice: 'request; store' },
  { pattern: 'asked for', advice: 'requested' },
  { pattern: '(?:hears?|heard) of', advice: 'report, heartbeat' },
  { pattern: 'left out', advice: 'omitted' },
  { pattern: 'in place of', advice: 'instead of' },
  { pattern: 'go(?:es)? on|meanwhile|henceforth|anyhow', advice: 'continue; say when' },
  { pattern: 'looks? after|struck off|taken up|taken for|lives of|unheard|mend(?:s|ed)?', advice: 'say it plainly' },
  { pattern: 'patience', advice: 'timeout, wait limit' },
  { pattern: 'none at all|of ours|as ever|such a one', advice: 'plain words' },
  { pattern: 'under way', advice: 'running, in progress' },
  { pattern: 'so far', advice: 'say until when, or omit it' },
  { pattern: '(?<!-)too(?=[.,;:)|])', advice: 'also, before the verb' },
  { pattern: '(?:a|no|without a) signs? of life', advice: 'heartbeat' },
  { pattern: 'makes? (?:more |no )?steps', advice: 'has steps' },
  { pattern: 'tells? for sure|can tell|tells? (?:\\w+ )*apart', advice: 'shows, distinguishes' },
  { pattern: 'hears? about', advice: 'report to' },
  { pattern: 'if you have (?:some|any)', advice: 'if any' },
  { pattern: '(?:errors?|numbers?|limits?) that your program can reach', advice: 'hit, get' },
]

/** A docstring or a sentence of a guide that begins like this makes its reader wait for the subject. */
export const opening: Phrase = {
  pattern: 'What|That which|How (?:a|an|the|to|late|long|many|often|much)|Who|Where (?:a|an|the|it|there)',
  advice: 'begin with the subject or the verb',
}
