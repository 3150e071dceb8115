const lineWidth = 120;

/** JSON that is read and compared by people: what fits stands on one line. */
export function printJson(value: unknown, indent = ''): string {
  if (typeof value !== 'object' || value === null) {
    return JSON.stringify(value);
  }
  const inner = `${indent} `;
  const isList = Array.isArray(value);
  const items = Object.entries(value).map(
    ([key, item]) => `${isList ? '' : `${JSON.stringify(key)}: `}${printJson(item, inner)}`,
  );
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  const short = `${open}${items.join(', ')}${close}`;
  return indent.length + short.length <= lineWidth
    ? short
    : `${open}\n${inner}${items.join(`,\n${inner}`)}\n${indent}${close}`;
}
