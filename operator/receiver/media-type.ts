export interface MediaType {
  /** Type and subtype in lower case. */
  readonly essence: string;
  /** In lower case. */
  readonly charset: string | undefined;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const pattern = new RegExp(
  `^(?<essence>${token}/${token})(?<parameters>(?:\\s*;\\s*${token}=(?:${token}|"[^"]*"))*)\\s*;?\\s*$`,
);

/** RFC 9110, §8.3.1; undefined for what is none. */
export function parseMediaType(text: string): MediaType | undefined {
  const { essence, parameters = '' } = pattern.exec(text)?.groups ?? {};
  if (essence === undefined) return undefined;
  const charset = /;\s*charset="?(?<charset>[^";\s]+)/i.exec(parameters)?.groups?.['charset'];
  return { essence: essence.toLowerCase(), charset: charset?.toLowerCase() };
}

/** `application/json`, and every type that ends in `+json`. */
export const isJson = ({ essence }: MediaType): boolean => /^[^/]+\/(json|[^/]+\+json)$/.test(essence);
