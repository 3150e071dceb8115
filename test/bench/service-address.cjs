'use strict';
// Preloaded into a receiver: stands where a cluster leads the address of a Service to its pod, at port SERVICE_PORT here.
const net = require('node:net');

const { connect } = net;
const isService = ({ host }) => typeof host === 'string' && host.endsWith('.svc.cluster.local');

net.connect = (options, ...rest) => {
  const there = { ...options, host: '127.0.0.1', port: Number(process.env.SERVICE_PORT) };
  return connect(isService(options) ? there : options, ...rest);
};
