import { load, YAMLException } from 'js-yaml';

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function parseYaml(text: string): unknown {
  try {
    return load(text);
  } catch (error) {
    if (error instanceof YAMLException) return undefined;
    throw error;
  }
}

/**
 * The document inside a text, as the payload of a ConfigMap has it: JSON by its braces, YAML by the name of its field.
 * Undefined for any other text, and for a document that does not parse.
 */
export function openPayload(fieldName: string, text: string): unknown {
  const document = /^\s*[[{]/.test(text) ? parseJson(text) : /\.ya?ml$/.test(fieldName) ? parseYaml(text) : undefined;
  return typeof document === 'object' && document !== null ? document : undefined;
}
