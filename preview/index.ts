/** What other folders may use of the preview: both sides, the report and its formats. */
export { parseAcknowledgements } from './acknowledgement.ts';
export { buildReport } from './build-report.ts';
export { type Code, dangers } from './codes.ts';
export { formats, type FormatName, isFormatName } from './format/index.ts';
export { failureReport } from './format/failure.ts';
export { isOpenDanger } from './format/summary.ts';
export { type Report, reportSchema } from './report.ts';
export { PreviewFailure } from './source/failure.ts';
export { readPlans } from './source/plan.ts';
export { readSides, type SidesOptions } from './source/sides.ts';
