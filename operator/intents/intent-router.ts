import { type IntentEvent, textOf } from './intent-event.ts';
import type { Intent, IntentRule, IntentTable } from './intent-table.ts';
import { compilePatterns } from './pattern-set.ts';
import { compileKeywords } from './words.ts';

/** What a rule found: the attributes, keywords and patterns of the table that hold. */
export interface RuleMatch {
  readonly rule: string;
  readonly intent: string;
  readonly priority: number;
  readonly attributes: readonly string[];
  readonly keywords: readonly string[];
  readonly patterns: readonly string[];
}

/** Why an event goes where it goes. */
export type IntentReason =
  | { readonly kind: 'rule'; readonly match: RuleMatch }
  | { readonly kind: 'classifier'; readonly confidence: number }
  | { readonly kind: 'fallback'; readonly because: string }
  | { readonly kind: 'none'; readonly because: string };

export type IntentDecision =
  | { readonly kind: 'routed'; readonly name: string; readonly intent: Intent; readonly reason: IntentReason }
  | { readonly kind: 'unrouted'; readonly reason: IntentReason };

/** What a model says of a text. */
export interface Classification {
  readonly intent: string;
  /** 0 to 1. */
  readonly confidence: number;
}

/** Asks the classifier of a table. Rejects where it does not answer. */
export type Classify = (text: string, intents: readonly string[]) => Promise<Classification>;

interface CompiledRule {
  readonly rule: IntentRule;
  readonly attributes: readonly (readonly [name: string, wanted: string])[];
  /** Indexes of the first keyword and pattern; theirs follow. */
  readonly keywordAt: number;
  readonly patternAt: number;
}

/**
 * Decides by a table. The same event gets the same answer, whatever the order of the rules: the largest priority wins, and
 * among equals the rule whose name comes first.
 */
export class IntentRouter {
  readonly table: IntentTable;
  readonly #rules: readonly CompiledRule[];
  readonly #findKeywords: (text: string) => ReadonlySet<number>;
  readonly #findPatterns: (text: string) => ReadonlySet<number>;

  constructor(table: IntentTable) {
    this.table = table;
    const rules = table.rules.toSorted(
      (one, other) => other.priority - one.priority || (one.name < other.name ? -1 : 1),
    );
    this.#rules = compileRules(rules);
    this.#findKeywords = compileKeywords(rules.flatMap(({ keywords }) => keywords));
    this.#findPatterns = compilePatterns(rules.flatMap(({ patterns }) => patterns));
  }

  /** Every rule that holds, the one that wins first. */
  *matches(event: IntentEvent): Generator<RuleMatch> {
    const text = textOf(event, this.table.text);
    const found = { keywords: this.#findKeywords(text), patterns: this.#findPatterns(text) };
    for (const compiled of this.#rules) {
      const match = matchOf(compiled, event, found);
      if (match !== undefined) yield match;
    }
  }

  /** Where an event goes. Asks the classifier only about a text that no rule knows. Never fails. */
  async decide(event: IntentEvent, classify: Classify | undefined): Promise<IntentDecision> {
    const [match] = this.matches(event);
    if (match !== undefined) return this.#routed(match.intent, { kind: 'rule', match });
    return this.#classified(textOf(event, this.table.text), classify);
  }

  async #classified(text: string, classify: Classify | undefined): Promise<IntentDecision> {
    const { classifier, intents } = this.table;
    if (classifier === undefined) return this.#fallback('no rule holds');
    if (text === '') return this.#fallback('no rule holds, and there is no text');
    if (classify === undefined) return this.#fallback('no rule holds, and the classifier is not asked');
    try {
      const { confidence, intent } = await classify(text, Object.keys(intents).toSorted());
      if (!Object.hasOwn(intents, intent)) return this.#fallback('no rule holds, and the classifier knows no intent');
      return confidence >= classifier.threshold
        ? this.#routed(intent, { kind: 'classifier', confidence })
        : this.#fallback(`no rule holds, and the classifier is sure to ${confidence} of ${classifier.threshold} only`);
    } catch {
      return this.#fallback('no rule holds, and the classifier does not answer');
    }
  }

  #fallback(because: string): IntentDecision {
    const { fallback } = this.table;
    return fallback === undefined
      ? { kind: 'unrouted', reason: { kind: 'none', because } }
      : this.#routed(fallback, { kind: 'fallback', because });
  }

  /** The table names only intents that it has. */
  #routed(name: string, reason: IntentReason): IntentDecision {
    const intent = this.table.intents[name];
    if (intent === undefined) throw new TypeError(`intent ${name} is not in the table`);
    return { kind: 'routed', name, intent, reason };
  }
}

function compileRules(rules: readonly IntentRule[]): readonly CompiledRule[] {
  let [keywordAt, patternAt] = [0, 0];
  return rules.map((rule) => {
    const compiled = { rule, attributes: Object.entries(rule.attributes), keywordAt, patternAt };
    keywordAt += rule.keywords.length;
    patternAt += rule.patterns.length;
    return compiled;
  });
}

interface Found {
  readonly keywords: ReadonlySet<number>;
  readonly patterns: ReadonlySet<number>;
}

function matchOf(compiled: CompiledRule, { attributes }: IntentEvent, found: Found): RuleMatch | undefined {
  const { keywordAt, patternAt, rule } = compiled;
  if (!compiled.attributes.every(([name, wanted]) => holds(wanted, attributes[name]))) return undefined;
  const keywords = rule.keywords.filter((_, index) => found.keywords.has(keywordAt + index));
  const patterns = rule.patterns.filter((_, index) => found.patterns.has(patternAt + index));
  const asksForText = rule.keywords.length + rule.patterns.length > 0;
  if (asksForText && keywords.length + patterns.length === 0) return undefined;
  const { intent, name, priority } = rule;
  return { rule: name, intent, priority, attributes: Object.keys(rule.attributes), keywords, patterns };
}

const holds = (wanted: string, given: string | undefined): boolean =>
  wanted.endsWith('*') ? (given ?? '').startsWith(wanted.slice(0, -1)) && given !== undefined : wanted === given;
