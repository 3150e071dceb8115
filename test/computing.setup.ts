import { jest } from '@jest/globals';

/** A test that only computes ends when it is done; the limit is for one that never is, on a machine that is busy. */
jest.setTimeout(60_000);
