const lineWidth = 120;

/** The depth of a query: dashboard, list of panels, panel, list of queries, query. */
const deepest = 4;

/** JSON that is read and compared by people: what fits stands on one line, and so does what lies deeper than a query. */
export function printJson(value: unknown, depth = 0): string {
  const short = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || depth >= deepest || depth + short.length <= lineWidth) {
    return short;
  }
  const isList = Array.isArray(value);
  const items = Object.entries(value).map(
    ([key, item]) => `${isList ? '' : `${JSON.stringify(key)}: `}${printJson(item, depth + 1)}`,
  );
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  const indent = ' '.repeat(depth);
  return `${open}\n${indent} ${items.join(`,\n${indent} `)}\n${indent}${close}`;
}
