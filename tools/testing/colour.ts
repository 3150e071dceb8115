/**
 * Variables that make a program print colour on a terminal and none elsewhere: its own look at its output may find a
 * pipe of ours, and some take CI for a terminal. What the person has set stays.
 */
export function colourVariables(
  output: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  if (environment['FORCE_COLOR'] !== undefined || environment['NO_COLOR'] !== undefined) return {};
  return output.isTTY === true ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' };
}
