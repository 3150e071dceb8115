import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** Labels of a metric; undefined when nobody emits it. */
export type LabelLookup = (metric: string) => ReadonlySet<string> | undefined;

/** What an expression names, and the labels of its result. */
export interface Query {
  readonly metrics: readonly string[];
  /** Labels of the result; empty for a number. */
  readonly labels: ReadonlySet<string>;
  /** What is wrong with it, without the name of the object that holds it. */
  readonly faults: readonly string[];
}

/** Grafana's and Flagger's variables where PromQL has a duration; inside quotes any text may stand. */
const durationVariables =
  /\$(__rate_interval|__interval|__range|\{__rate_interval\}|\{__interval\})|\{\{ *interval *\}\}/g;
const numberVariables = /\$\{?[a-z]\w*\}?(?=[\s)]|$)/g;

/**
 * Parses with the grammar of Prometheus and follows labels through the expression: a metric that `labelsOf` does not
 * know, or a label that no metric below it has, is a fault.
 */
export function checkQuery(text: string, labelsOf: LabelLookup): Query {
  const source = text.replace(durationVariables, '5m').replace(numberVariables, '1');
  const walk = new Walk(source, labelsOf);
  const tree = parser.parse(source);
  tree.iterate({
    enter: (node) => {
      if (node.type.isError) {
        walk.faults.add(`syntax error at "${source.slice(node.from, node.from + 20)}"`);
      }
    },
  });
  const [root] = childrenOf(tree.topNode);
  const labels = walk.faults.size > 0 || root === undefined ? new Set<string>() : walk.labels(root);
  return { metrics: [...walk.metrics], labels, faults: [...walk.faults] };
}

function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    found.push(child);
  }
  return found;
}

const setOperators = new Set(['And', 'Unless', 'Or']);
/** Aggregations that keep whole series rather than merge them. */
const choosing = new Set(['Topk', 'Bottomk', 'LimitK', 'LimitRatio']);

class Walk {
  readonly metrics = new Set<string>();
  readonly faults = new Set<string>();
  readonly #source: string;
  readonly #labelsOf: LabelLookup;

  constructor(source: string, labelsOf: LabelLookup) {
    this.#source = source;
    this.#labelsOf = labelsOf;
  }

  labels(node: SyntaxNode): ReadonlySet<string> {
    switch (node.name) {
      case 'VectorSelector':
        return this.#selector(node);
      case 'AggregateExpr':
        return this.#aggregate(node);
      case 'BinaryExpr':
        return this.#binary(node);
      case 'FunctionCall':
        return this.#call(node);
      default:
        // parentheses, ranges, offsets and signs keep the labels of the one expression in them
        return union(childrenOf(node).map((child) => this.labels(child)));
    }
  }

  #text(node: SyntaxNode): string {
    return this.#source.slice(node.from, node.to);
  }

  #names(node: SyntaxNode | null): readonly string[] {
    return node === null ? [] : node.getChildren('LabelName').map((one) => this.#text(one));
  }

  #require(names: readonly string[], known: ReadonlySet<string>, where: string): void {
    names
      .filter((name) => !known.has(name))
      .forEach((name) =>
        this.faults.add(`label ${name} ${where}, which has ${[...known].toSorted().join(', ') || 'none'}`),
      );
  }

  #matchers(node: SyntaxNode): readonly string[] {
    return (node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []).flatMap((one) =>
      this.#names(one),
    );
  }

  #selector(node: SyntaxNode): ReadonlySet<string> {
    const identifier = node.getChild('Identifier');
    if (identifier === null) {
      this.faults.add(`selector ${this.#text(node)} names no metric; write the name before the braces`);
      return new Set();
    }
    const metric = this.#text(identifier);
    this.metrics.add(metric);
    const known = this.#labelsOf(metric);
    if (known === undefined) {
      this.faults.add(`metric ${metric} is emitted by nobody`);
      return new Set();
    }
    this.#require(this.#matchers(node), known, `is no label of ${metric}`);
    return known;
  }

  #aggregate(node: SyntaxNode): ReadonlySet<string> {
    const inner = this.#arguments(node);
    const modifier = node.getChild('AggregateModifier');
    const names = this.#names(modifier?.getChild('GroupingLabels') ?? null);
    this.#require(names, inner, 'is grouped by and is not in the expression');
    if (choosing.has(node.getChild('AggregateOp')?.firstChild?.name ?? '')) {
      return inner;
    }
    return modifier?.getChild('Without') != null ? minus(inner, names) : new Set(names);
  }

  #arguments(node: SyntaxNode): ReadonlySet<string> {
    const body = node.getChild('FunctionCallBody');
    return union((body === null ? [] : childrenOf(body)).map((one) => this.labels(one)));
  }

  #binary(node: SyntaxNode): ReadonlySet<string> {
    const [left, ...others] = childrenOf(node);
    const right = others.at(-1);
    if (left === undefined || right === undefined) {
      return new Set();
    }
    const sides = [this.labels(left), this.labels(right)] as const;
    const operator = others[0]?.name ?? '';
    const clause = node.getChild('MatchingModifierClause');
    if (clause !== null) {
      return this.#matched(clause, sides, setOperators.has(operator));
    }
    return operator === 'And' || operator === 'Unless' ? sides[0] : union(sides);
  }

  #matched(clause: SyntaxNode, [left, right]: readonly [ReadonlySet<string>, ReadonlySet<string>], isSet: boolean) {
    const [names = [], copied = []] = clause.getChildren('GroupingLabels').map((one) => this.#names(one));
    this.#require(names, left, 'is matched on and is not on the left side');
    this.#require(names, right, 'is matched on and is not on the right side');
    if (isSet) {
      return left;
    }
    if (clause.getChild('GroupLeft') !== null) {
      this.#require(copied, right, 'is copied and is not on the right side');
      return union([left, new Set(copied)]);
    }
    if (clause.getChild('GroupRight') !== null) {
      this.#require(copied, left, 'is copied and is not on the left side');
      return union([right, new Set(copied)]);
    }
    return clause.getChild('On') === null ? minus(left, names) : new Set(names);
  }

  #call(node: SyntaxNode): ReadonlySet<string> {
    const inner = this.#arguments(node);
    switch (node.getChild('FunctionIdentifier')?.firstChild?.name) {
      case 'HistogramQuantile':
        this.#require(['le'], inner, 'is needed for a quantile and is not in the expression');
        return minus(inner, ['le']);
      case 'Scalar':
      case 'Vector':
      case 'Time':
        return new Set();
      default:
        return inner;
    }
  }
}

function union(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  return new Set(sets.flatMap((set) => [...set]));
}

function minus(set: ReadonlySet<string>, names: readonly string[]): ReadonlySet<string> {
  return new Set([...set].filter((name) => !names.includes(name)));
}
