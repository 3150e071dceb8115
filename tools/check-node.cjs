'use strict';

// Old syntax only: this runs on the Node that is too old for everything else.
var needed = require('../package.json').engines.node.replace(/[^0-9.]/g, '');
var got = process.versions.node;

function isOlder(one, other) {
  var left = one.split('.').map(Number);
  var right = other.split('.').map(Number);
  return left[0] !== right[0] ? left[0] < right[0] : left[1] < right[1];
}

if (isOlder(got, needed)) {
  console.error('node: got ' + got + ', needed ' + needed + ' or newer; install a newer Node.js');
  process.exit(1);
}
