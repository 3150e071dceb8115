/** Protocols that an environment may serve. */
export const interfaceNames = ['a2a', 'mcp'] as const;
export type InterfaceName = (typeof interfaceNames)[number];
