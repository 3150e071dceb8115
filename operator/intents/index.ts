/** Where an event goes by what it asks for. Knows no network: whoever reads a table brings the classifier. */
export { type IntentEvent, mostTextCharacters } from './intent-event.ts';
export {
  type Classification,
  type Classify,
  type IntentDecision,
  type IntentReason,
  IntentRouter,
  type RuleMatch,
} from './intent-router.ts';
export { type Intent, type IntentTable, type IntentTarget, parseIntentTable } from './intent-table.ts';
