import { jest } from '@jest/globals';

/** A suite with real programs waits for what they do: the limit only ends what would never end. */
jest.setTimeout(300_000);
