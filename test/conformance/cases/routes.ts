import { expect } from '@jest/globals';
import type { Case } from '../expectation.ts';
import { wire } from '../request.ts';

const json = { 'content-type': 'application/json' };
const get = (path: string, method = 'GET') => wire({ method, path, framing: 'none' });
const counts = { invocations: expect.any(Number), errors: expect.any(Number) };
const notAllowed = (method: string, path: string, allow: RegExp): Case => ({
  title: `fails on ${method} ${path}`,
  send: get(path, method),
  expect: {
    status: 405,
    headers: { ...json, allow },
    body: expect.objectContaining({ error: expect.objectContaining({ code: 'MethodNotAllowed' }) }),
  },
});

export const routes: readonly Case[] = [
  ...['/health', '/healthz'].map((path): Case => ({
    title: `${path} says that the process serves`,
    send: get(path),
    expect: {
      status: 200,
      headers: json,
      body: { status: 'healthy', function: 'tested', namespace: 'conformance', ...counts },
    },
  })),
  ...['/ready', '/readyz'].map((path): Case => ({
    title: `${path} says that the handler is loaded`,
    send: get(path),
    expect: {
      status: 200,
      headers: json,
      body: { status: 'ready', function: 'tested', namespace: 'conformance', ...counts },
    },
  })),
  ...['/health', '/readyz', '/metrics'].map((path): Case => ({
    title: `HEAD ${path} has no body`,
    send: get(path, 'HEAD'),
    expect: { status: 200, body: Buffer.alloc(0), headers: { 'content-length': /^[1-9]\d*$/ } },
  })),
  {
    title: '/metrics is text of Prometheus',
    send: get('/metrics'),
    expect: { status: 200, headers: { 'content-type': /^text\/plain; version=0\.0\.4/ } },
  },
  ...['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'].map((method) => notAllowed(method, '/', /^POST$/)),
  ...['/health', '/readyz', '/metrics'].map((path) => notAllowed('POST', path, /GET/)),
  ...['/other', '/health/', '/healthz2', '//', '/.env'].map((path): Case => ({
    title: `fails on the path ${path}`,
    send: get(path, 'POST'),
    expect: {
      status: 404,
      headers: json,
      body: expect.objectContaining({ error: expect.objectContaining({ code: 'NotFound' }) }),
    },
  })),
];
