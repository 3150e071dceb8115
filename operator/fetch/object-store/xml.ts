const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Content of each element of that name, in order. Enough for the flat answers of S3 and STS, which have neither
 * comments nor CDATA nor an element inside another of its name; nothing is expanded but the five entities.
 */
export function readElements(xml: string, name: string): readonly string[] {
  const pattern = new RegExp(`<${name}(?:\\s[^>]*)?>([^]*?)</${name}>`, 'g');
  return [...xml.matchAll(pattern)].map(([, content = '']) => content);
}

/** Text of the first element of that name; empty when there is none. */
export function readText(xml: string, name: string): string {
  const [content = ''] = readElements(xml, name);
  return content.replaceAll(
    /&(amp|lt|gt|quot|apos|#x?[0-9a-fA-F]+);/g,
    (entity, code: string) => decode(code) ?? entity,
  );
}

function decode(code: string): string | undefined {
  if (!code.startsWith('#')) return entities[code];
  const point = code.startsWith('#x') ? Number.parseInt(code.slice(2), 16) : Number(code.slice(1));
  return point >= 0 && point <= 0x10_ffff ? String.fromCodePoint(point) : undefined;
}
