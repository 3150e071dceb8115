import { type Code, isCode } from './codes.ts';
import type { ReportDanger } from './report.ts';

/** A line `Preview-Accept: <code> [<object>] because <reason>` of a pull request or a commit. */
export interface Acknowledgement {
  readonly code: Code;
  /** Empty: every object. */
  readonly object: string;
  readonly reason: string;
}

const line = /^[ \t]*Preview-Accept:[ \t]*([a-z-]+)(?:[ \t]+(\S.*?))?[ \t]+because[ \t]+(\S.*)$/gim;

/** Acknowledgements in a text; a line without a reason or with an unknown code is none. */
export function parseAcknowledgements(text: string): readonly Acknowledgement[] {
  return [...text.matchAll(line)].flatMap(([, code = '', object = '', reason = '']) =>
    isCode(code) ? [{ code, object: object.trim(), reason: reason.trim() }] : [],
  );
}

const fits = ({ code, object }: Acknowledgement, danger: ReportDanger): boolean =>
  code === danger.code && (object === '' || object === danger.object);

/** Puts each reason to what it accepts, and says which accept nothing. */
export function acknowledge(
  listed: readonly ReportDanger[],
  acknowledgements: readonly Acknowledgement[],
): { readonly dangers: readonly ReportDanger[]; readonly notices: readonly string[] } {
  const dangers = listed.map((danger) => {
    const found = acknowledgements.find((one) => fits(one, danger));
    return found === undefined ? danger : { ...danger, acknowledged: found.reason };
  });
  const unused = acknowledgements.filter((one) => !listed.some((danger) => fits(one, danger)));
  return {
    dangers,
    notices: unused.map(({ code, object }) => `Preview-Accept: ${code} ${object} accepts nothing`.replace('  ', ' ')),
  };
}
